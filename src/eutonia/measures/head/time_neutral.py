"""How long the head can be held straight."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.rotation import turned
from eutonia.measures import posture
from eutonia.model import (
    Analytic,
    CannotMeasure,
    Condition,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
    Whole,
)
from eutonia.stats.normal import HALF_95

#: The head is straight within this angle, for at most this long (TWSTRS; clinical-rules §1).
WITHIN_DEG, MOST_S = 10.0, 60.0
#: Standard deviation of the zero that an examiner set, while the head is near it: the landmarks of
#: rendered people 60 to 71 err by 1.3, 1.8 and 0.8 degrees within 15 degrees of straight, and the
#: hand of the examiner by 2 (our rule). [D]
NEAR_SD = {"yaw": 2.4, "pitch": 2.7, "roll": 2.2}
#: Leaving the middle, or being lost from view, for less than this does not end a hold. [D]
LAPSE_S = 0.3
#: Begins the note of a time that may have been longer, and why.
AT_LEAST = "at least so long: "
ENDED = "the segment ended while the head was straight"
LOST = "the head was lost from view while it was straight"

MEASURE = Measure(
    id="head.time_neutral",
    version="2",
    title="Time for which the head is held straight",
    unit="s",
    tier="supportive",
    sources=("MyoblocTWSTRS",),
    method="Longest time for which the head stays within 10 degrees of straight, at most 60 s, "
    "mean of the tries, without a trick; lapses under 0.3 s do not count (our rule). The "
    "interval is what other zeros within their error would give. A try whose segment ends, or in "
    "which the head is lost from view, before it leaves the middle lasted at least so long: then "
    "the mean of the tries is the least that it may be, and the interval reaches as far as if such "
    "tries had been completed.",
    needs=Needs(
        inputs=posture.head_input(""),
        target=Whole(sites=posture.AXES),
        tasks=frozenset({"hold"}),
    ),
    scale="none",
    interval=Analytic(),
    valid=Range(lo=0, hi=60, shown_by="docs/measures/head.time_neutral"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="60 s is 'completed 60 s'. A try that was stopped counts with the seconds reached: "
    "note why it was stopped. Let a segment last as long as the try: one that ends before the head "
    "leaves the middle says 'at least' and no score. " + posture.CAUTION,
    history="Up to version 1 a time that ended with its segment was given as the true one.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Return the mean of the longest holds of all tries; see `MEASURE`."""
    if x.condition.get("trick") == "on":
        raise CannotMeasure("The trick was used: this time is taken without a trick.")
    found = [_of_target(x, rows) for rows in x.targets]
    times = np.array([t for t, _ in found])
    cut = [tries for _, tries in found]
    return Result(
        values=times[:, :1],
        lo=times[:, 1:2],
        hi=times[:, 2:],
        at_least=np.array([[any(tries)] for tries in cut]),
        n_effective=np.full(len(found), float(len(x["head"]))),
        notes=(*_cut_short(cut), *posture.trunk_notes(x)),
    )


class _Held(NamedTuple):
    """How long a hold lasted, and why it was not seen to its end; empty: it was, or complete."""

    seconds: float
    cut: str = ""

    @property
    def most(self) -> float:
        """How long it may have lasted."""
        return MOST_S if self.cut else self.seconds


def _of_target(x: Inputs, rows: NDArray[np.intp]) -> tuple[Floats, list[str]]:
    """Return the mean time of all tries with its least and most, and why each try was cut.

    Least and most are those of zeros moved along or against the escape.
    """
    sd = _zero_sd(x, rows)
    tries, least, most = [], [], []
    for block in x["head"]:
        seen = np.asarray(block.mask[rows].all(axis=0))
        found = block.x[rows], seen, block.rate_hz
        way = _escape(*found)
        error = HALF_95 * float(np.sqrt(((way[:, 0] * sd) ** 2).sum())) * way
        each = [_time(moved, *found) for moved in (0 * error, error, -error)]
        tries.append(each[0])
        least.append([h.seconds for h in each])
        most.append([h.most for h in each])
    means = np.mean(least, axis=0)
    limits = means.min(), np.mean(most, axis=0).max()
    return np.array([means[0], *limits]), [h.cut for h in tries]


def _cut_short(targets: list[list[str]]) -> tuple[str, ...]:
    """Return what is said of tries that were not seen to their end."""
    said = []
    for tries in targets:
        for why in dict.fromkeys(filter(None, tries)):
            of = f" ({tries.count(why)} of {len(tries)} tries)" if len(tries) > 1 else ""
            said.append(f"{AT_LEAST}{why}{of}")
    return tuple(dict.fromkeys(said))


def _zero_sd(x: Inputs, rows: NDArray[np.intp]) -> Floats:
    channels = [x.channels["head"][row] for row in rows]
    anatomical = ["zero_anatomical" in c.flags for c in channels]
    near = [NEAR_SD[c.site] for c in channels]
    return np.where(anatomical, posture.zero_sd(x.channels["head"], rows), near)


def _time(moved: Floats, angles: Floats, seen: NDArray[np.bool_], rate_hz: float) -> _Held:
    start, stop = longest(_inside(angles + moved, seen), rate_hz=rate_hz)
    seconds = (stop - start) / rate_hz
    # Segments are marked in whole seconds, between which the pictures lie.
    if stop == start or seconds >= MOST_S - LAPSE_S:
        return _Held(min(MOST_S, seconds))
    lapse = int(np.ceil(LAPSE_S * rate_hz))
    if stop + lapse > len(seen):
        return _Held(seconds, ENDED)
    lost = not seen[stop : stop + lapse].any() or (
        start > 0 and not seen[max(0, start - lapse) : start].any()
    )
    return _Held(seconds, LOST if lost else "")


def _inside(angles: Floats, seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(seen & (posture.deviation(turned(*angles)) < WITHIN_DEG))


def _escape(angles: Floats, seen: NDArray[np.bool_], rate_hz: float) -> Floats:
    """Return in which direction, ``(3, 1)``, the head left the middle after its longest hold."""
    _, stop = longest(_inside(angles, seen), rate_hz=rate_hz)
    after = angles[:, stop : stop + round(rate_hz)][:, seen[stop : stop + round(rate_hz)]]
    way = (after if after.shape[1] else angles[:, seen]).mean(axis=1, keepdims=True)
    return np.asarray(way / max(float(np.linalg.norm(way)), 1e-9))


def longest(inside: NDArray[np.bool_], *, rate_hz: float) -> tuple[int, int]:
    """Return the first sample of the longest stretch inside and that after it, lapses bridged."""
    edges = np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8))
    start, stop = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not len(start):
        return 0, 0
    apart = start[1:] - stop[:-1] >= LAPSE_S * rate_hz
    start, stop = start[np.append(True, apart)], stop[np.append(apart, True)]
    best = int(np.argmax(stop - start))
    return int(start[best]), int(stop[best])


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a try that ends in a slow drift; the truth is its time within 10 degrees."""
    from eutonia.simulate.head import head_recording, held
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    task = Condition.of(task="hold", trick="off")
    t = np.arange(round(40 * RATE_HZ)) / RATE_HZ
    true = held(rng, t, lost_s=rng.uniform(6, 14), away=40.0, over_s=16.0)
    time = _time(np.zeros((3, 1)), true, np.ones(len(t), dtype=bool), RATE_HZ).seconds
    zero = np.array([[NEAR_SD[a]] for a in posture.AXES]) * rng.standard_normal((3, 1))
    seen = zero + true + 0.15 * rng.standard_normal(true.shape)
    made = head_recording(seen, rate_hz=RATE_HZ, condition=task)
    return visit(made), {("head", task.label, ""): time}


#: Of the example.
RATE_HZ = 15.0
