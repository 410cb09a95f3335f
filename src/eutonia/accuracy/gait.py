"""Accuracy of gait on rendered people: what is left of known strides and postures, by view.

People walk and run with drawn stride times, inversion, lean and arm swing; they are filmed,
tracked, and measured as any video is. The truth of the times is that of the drawn walk. That of the
angles is read from the posed joints in the same picture by the same definitions, so that errors are
those of the tracked points; what a definition shows of a foot that is turned in is a row by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.accuracy.gait_films import SIDES, WALKS, Filmed, kept
from eutonia.derive.gait import gait
from eutonia.derive.video import evenly
from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.measures.gait.foot_pitch import phases
from eutonia.model import Block, Condition, Events, Floats, Inputs, Landmarks, Side


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What was read and what is true, of one stride or of all of a film.

    Parameters
    ----------
    quantity, unit : str
    side : str
        Of the foot or arm; empty where there is none.
    read, true : float
    """

    quantity: str
    unit: str
    side: str = ""
    read: float
    true: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """How one quantity came out in one view, or in one task less another.

    Parameters
    ----------
    view, quantity, unit : str
        Which number, of each stride or of each walk.
    n : int
        Numbers compared.
    truth_sd : float
        How much the truth varied.
    bias, mean_error, sd : float
        Mean of what is read less what is true, mean size of that, and its spread.
    slope : float
        What is read for 1 more of the truth; NaN where the truth was the same for all.
    """

    view: str
    quantity: str
    unit: str
    n: int
    truth_sd: float
    bias: float
    mean_error: float
    sd: float
    slope: float


def study(
    identities: Iterable[int],
    mesh: Path,
    *,
    cache: Path | None = None,
    progress: Callable[[int], None] | None = None,
    shots: Iterable[str] = tuple(WALKS),
) -> list[dict[str, Any]]:
    """Render people who walk, track them, and compare.

    Parameters
    ----------
    identities : iterable of int
        Simulated people: 0 to 99 for development, 100 to 199 for the final figures.
    mesh : Path
        Folder of the human mesh.
    cache : Path, optional
        Folder where what was tracked is kept.
    progress : callable, optional
        Called with each person that is done.
    shots : iterable of str
        What is filmed of each.

    Returns
    -------
    list of dict
        One for each view and quantity: ``by``, ``level`` and the fields of `Row`.
    """
    films: list[Filmed] = []
    for identity in identities:
        films += [kept(identity, view, mesh, cache) for view in shots]
        if progress is not None:
            progress(identity)
    return [
        {"by": row.view, "level": f"{row.quantity} ({row.unit})"}
        | {k: v for k, v in asdict(row).items() if k in _SAID and np.isfinite(v)}
        for row in report(films)
    ]


_SAID = ("n", "truth_sd", "bias", "mean_error", "sd", "slope")


def report(films: Iterable[Filmed]) -> Iterator[Row]:
    """Yield how each quantity came out in each view, then in one task less another."""
    found = {(one.identity, one.view): list(compared(one)) for one in films}
    rows: dict[str, dict[tuple[str, str], list[tuple[float, float]]]] = {}
    for (_, view), pairs in found.items():
        for one in pairs:
            of_view = rows.setdefault(f"seen from the {view}", {})
            of_view.setdefault((one.quantity, one.unit), []).append((one.read, one.true))
    for (identity, view), pairs in found.items():
        if (other := AGAINST.get(view)) and (identity, other) in found:
            apart = rows.setdefault(f"{view}, less walking", {})
            for quantity, unit, read, true in less(pairs, found[identity, other]):
                apart.setdefault((quantity, unit), []).append((read, true))
    for view, quantities in rows.items():
        for (quantity, unit), numbers in quantities.items():
            yield _row_of(view, quantity, unit, np.array(numbers))


#: Which films of one person a contrast of tasks is made of.
AGAINST = {
    "side, backwards": "side",
    "side, running": "side, walking",
    "side, running, 60/s": "side, walking",
    "side, running past": "side, walking",
}


def less(pairs: list[Pair], others: list[Pair]) -> Iterator[tuple[str, str, float, float]]:
    """Yield what was read and is true in one film less in another, of what both have once."""
    beside = {(o.quantity, o.side): o for o in others}
    for one in pairs:
        other = beside.get((one.quantity, one.side))
        if other is not None and one.unit in ("deg", "%"):
            yield one.quantity, one.unit, one.read - other.read, one.true - other.true


def _row_of(view: str, quantity: str, unit: str, numbers: Floats) -> Row:
    read, true = numbers.T
    error, spread = read - true, float(true.std())
    slope = float(np.polyfit(true, read, 1)[0]) if spread > 1e-6 and len(true) > 2 else np.nan
    return Row(
        view=view,
        quantity=quantity,
        unit=unit,
        n=len(error),
        truth_sd=round(spread, 4),
        bias=round(float(error.mean()), 4),
        mean_error=round(float(np.abs(error).mean()), 4),
        sd=round(float(error.std()), 4),
        slope=round(slope, 3),
    )


#: Phases in which the pitch of a foot is measured, and the words for them.
_PITCH = ("foot_pitch before landing", "foot_pitch in swing", "foot_pitch standing")
#: Where in a stride, from lift to lift, inversion is measured.
_INVERSION = {"foot_inversion lifted": (-0.07, 0.07), "foot_inversion standing": (0.4, 0.6)}


def compared(one: Filmed) -> Iterator[Pair]:
    """Yield what was read and what is true of one film."""
    rate_hz = one.shot.rate_hz
    x, true = (_inputs(seen, one) for seen in (one.landmarks, one.true))
    shares = []
    both = {side: st.strides(x, x[st.INPUT][0], side) for side in SIDES}
    yield from _steps(one, both)
    for side, found in both.items():
        yield from _times(one, side, found)
        shares.append(_share(found))
        stood = found.only(np.isfinite(found.leave))
        parts = [phases(stood, i, rate_hz) for i in range(len(stood))]
        for name, those in zip(_PITCH, zip(*parts, strict=True), strict=False):
            yield from _means(x, true, ("foot_pitch", side, name), list(those), per.mean_in)
        for name, (lo, hi) in _INVERSION.items():
            those = [st.window(found, i, lo, hi) for i in range(len(found))]
            for pair in _means(x, true, ("foot_inversion", side, name), those, per.mean_in):
                yield pair
                if name == "foot_inversion lifted":
                    turned = float(getattr(one.walk, f"{side}_inversion"))
                    shown = "same angle, truly, for what the joint turned"
                    yield Pair(quantity=shown, unit="deg", side=side, read=pair.true, true=turned)
        those = [st.window(found, i, 0, 1) for i in range(len(found))]
        arm = ("arm", side, "arm_swing, near arm")  # the far one is not measured
        yield from _means(x, true, arm, those, per.swing_range)
    if np.isfinite(shares).all():
        truth = (one.walk.left_stance, one.walk.right_stance)
        yield Pair(
            quantity="stance, left less right", unit="%", read=_apart(*shares), true=_apart(*truth)
        )
    found = st.fuller(x, x[st.INPUT][0])
    those = [st.window(found, i, 0, 1) for i in range(len(found))]
    for site in ("trunk_sagittal", "trunk_lateral"):
        yield from _means(x, true, (site, "midline", site), [slice(None)], per.mean_in)
        yield from _means(x, true, (site, "midline", f"{site}, sway"), those, per.swing_range)


def _share(found: st.Strides) -> float:
    """Return the mean share of its strides that a foot stands; NaN where that does not show."""
    share = (found.leave - found.touch) / (found.stop - found.start)
    return float(np.nanmean(share)) if np.isfinite(share).any() else np.nan


def _apart(left: float, right: float) -> float:
    return 200 * (left - right) / (left + right)


def _means(
    x: Inputs,
    true: Inputs,
    what: tuple[str, Side, str],
    parts: list[slice],
    of: Callable[[Block, int, slice], float],
) -> Iterator[Pair]:
    """Yield what was read and what is true, over the strides in which both are known."""
    site, side, quantity = what
    row = st.row_of(x.channels[st.INPUT], site, side)
    if row is None:
        return
    both = [(of(x[st.INPUT][0], row, p), of(true[st.INPUT][0], row, p)) for p in parts]
    known = np.array(both).reshape(-1, 2)
    known = known[np.isfinite(known).all(axis=1)]
    if len(known):
        read, truth = known.mean(axis=0).tolist()
        yield Pair(quantity=quantity, unit="deg", side=side, read=read, true=truth)


def _times(one: Filmed, side: Side, found: st.Strides) -> Iterator[Pair]:
    """Yield number and times of the strides of one foot."""
    strikes = np.array(getattr(one.walk, f"{side}_strikes_s"))
    inside = (strikes[:-1] > 0.5) & (strikes[1:] < one.landmarks.t_s[-1] - 0.5)
    yield Pair(quantity="strides found", unit="1", read=float(len(found)), true=float(inside.sum()))
    every = np.stack([found.start, found.stop, found.touch, found.leave], 1) / one.shot.rate_hz
    for start, stop, touch, leave in every:
        nearest = int(np.argmin(np.abs(strikes - start)))
        if nearest + 1 == len(strikes):
            continue
        lasts = strikes[nearest + 1] - strikes[nearest]
        yield Pair(quantity="stride_time", unit="s", read=stop - start, true=lasts)
        if not np.isfinite(leave):
            continue
        yield Pair(quantity="landing", unit="s", read=touch, true=strikes[nearest])
        stance = getattr(one.walk, f"{side}_stance") * lasts
        yield Pair(quantity="stance time", unit="s", read=leave - touch, true=stance)


def _steps(one: Filmed, found: dict[Side, st.Strides]) -> Iterator[Pair]:
    """Yield the mean time from the landing of the other foot to that of each, seen from the side.

    What is read too late of one foot is read too early of the other: the same error twice.
    """
    at = {side: st.landed(of.only(of.side_view)) / one.shot.rate_hz for side, of in found.items()}
    strikes = {side: np.array(getattr(one.walk, f"{side}_strikes_s")) for side in SIDES}
    for side, other in (SIDES, SIDES[::-1]):
        if len(at[side]) < st.MIN_STRIDES or len(at[other]) < st.MIN_STRIDES:
            continue
        before = np.searchsorted(at[other], at[side]) - 1
        own, before = at[side][before >= 0], before[before >= 0]
        true = [
            strikes[s][np.abs(strikes[s][:, None] - seen).argmin(axis=0)]
            for s, seen in ((side, own), (other, at[other][before]))
        ]
        read, truth = (own - at[other][before]).mean(), (true[0] - true[1]).mean()
        yield Pair(quantity="step_time", unit="s", side=side, read=float(read), true=float(truth))


def _inputs(landmarks: Landmarks, one: Filmed) -> Inputs:
    """Return what the runner would hand to a measure of gait."""
    movement, rate_hz = gait(landmarks), one.shot.rate_hz
    x = evenly(movement, landmarks.t_s, rate_hz)
    block = Block(x=_bridged(x), mask=np.isfinite(x), rate_hz=rate_hz, events=Events())
    return Inputs(
        blocks={st.INPUT: (block,)},
        targets=np.zeros((0, 1), dtype=np.intp),
        channels={st.INPUT: movement.channels},
        condition=Condition.of(task="running" if one.shot.running else "walking"),
    )


def _bridged(x: Floats) -> Floats:
    """Return the channels with gaps closed by straight lines, as the runner does."""
    from eutonia.derive import bridge

    return bridge(x.copy(), np.isfinite(x))
