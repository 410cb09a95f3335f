"""How much of the deviation a sensory trick takes away."""

from __future__ import annotations

from functools import cache

import numpy as np

from eutonia.dsp.rotation import turned
from eutonia.measures import face_at_work, posture, trick_hand
from eutonia.model import (
    Aux,
    Floats,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
    Whole,
)

#: A deviation without the trick below this many standard deviations of the zero is not resolved.
RESOLVED = 3.0

MEASURE = Measure(
    id="head.trick_effect",
    version="4",
    title="Share of the deviation that the trick takes away",
    unit="%",
    tier="research",
    sources=(),
    method="100 (off - on) / off of the head's deviation from straight, in the same task with and "
    "without the trick: 100 is all of it, below 0 the deviation grows. The interval adds the error "
    "of the zero, 10, 12 and 8 % (SD) of the way to either posture, and what the hand does.",
    needs=Needs(
        inputs=posture.head_input(""),
        target=Whole(sites=posture.AXES),
        aux={"on": Aux(factor="trick", level="on")},
        not_tasks=posture.NOT_A_POSTURE,
    ),
    scale="none",
    interval=Jackknife(in_time=True),
    valid=Range(lo=-100, hi=100, shown_by="docs/measures/head.trick_effect"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="The contrast in degrees says more than the share. A hand before the face hides "
    "landmarks: how much of the time, and whether a hand was raised at all, is noted beside the "
    "number. One order of trick and no trick shows no cause. Mean postures are compared, jerks "
    "included: the median deviation (`head.dev_total`) leaves single jerks out, and may tell of "
    "another share. " + posture.CAUTION + posture.RAISED_HAND,
    history=f"{posture.SINCE_TWO} {posture.AS_WIDE.format(3)}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum rotations without and with the trick over blocks of a second; see `MEASURE`."""
    off, span = posture.rotation_sums(x)
    on, later = posture.rotation_sums(x, "on")
    blocks = np.concatenate(
        [np.pad(off, [(0, 0), (0, 0), (0, 10)]), np.pad(on, [(0, 0), (0, 0), (10, 0)])]
    )
    total = blocks.sum(axis=0)
    turn, _ = posture.mean_turn(total[:, :10])
    sd = posture.angle_sd(x, x.targets[0])
    limit = RESOLVED * posture.along(turn, sd)
    small = posture.deviation(turn) < limit
    why = (
        "The deviation without the trick ({:.0f} degrees) is below what can be resolved "
        "({:.0f} degrees)."
    )
    return Result(
        blocks=blocks,
        finish=finish,
        span=np.concatenate([span, later % (span.max() + 1)]),
        limits=posture.with_zero(
            np.sqrt(
                _zero_error(total, posture.angle_sd(x, x.targets[0], "on")) ** 2
                + _apart_error(total) ** 2
                + _trunk_error(x, total) ** 2
                + _face_error(x, total) ** 2
                + _bent_error(x, total) ** 2
            )
        ),
        notes=(*posture.trunk_notes(x, "head", "on"), *trick_hand.notes(x, "on")),
        reasons=tuple(
            why.format(d, at) if s else ""
            for d, at, s in zip(posture.deviation(turn), limit, small, strict=True)
        ),
        details={
            name: np.full(len(x.targets), share)
            for name, share in zip(
                ("hand raised", "face hidden"), trick_hand.shares(x, "on"), strict=True
            )
        },
    )


def finish(total: Floats) -> Floats:
    """Return the share in % from sums of rotations, ``(..., 20)`` to ``(..., 1)``."""
    off, on = (posture.deviation(posture.mean_turn(t)[0]) for t in np.split(total, 2, axis=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Floats = 100 * (off - on) / off
    return share[..., None]


def _zero_error(total: Floats, sd: Floats) -> Floats:
    """Return what the error of the zero makes of the share, ``(n_targets, 1)``."""
    value = finish(total)
    moved = []
    for wrong in np.diag(sd):
        turn = turned(*wrong)
        sums = [_turned(t, turn) for t in np.split(total, 2, axis=-1)]
        moved.append(finish(np.concatenate(sums, axis=-1)) - value)
    return np.asarray(np.sqrt((np.array(moved) ** 2).sum(axis=0)))


def _apart_error(total: Floats) -> Floats:
    """Return what the landmarks make of the share on the way from the one posture to the other.

    What is wrong with the posture of the trick is wrong with both.
    """
    off, on = np.split(total, 2, axis=-1)
    here, there = (posture.mean_turn(t)[0] for t in (off, on))
    way = posture.deviation(there.swapaxes(-1, -2) @ here)
    value, moved = finish(total), []
    for axis in posture.AXES:
        wrong = posture.APART_SHARE[axis] * way
        turn = turned(*(wrong if a == axis else 0 * wrong for a in posture.AXES))
        moved.append(finish(np.concatenate([_turned(off, turn), on], axis=-1)) - value)
    return np.asarray(np.sqrt((np.array(moved) ** 2).sum(axis=0)))


def _trunk_error(x: Inputs, total: Floats) -> Floats:
    """Return what a trunk makes of the share that looks turned without or with the trick."""
    value = finish(total)
    worst = np.zeros(value.shape)
    for place, blocks in enumerate(("head", "on")):
        if not posture.trunk_turned(x, blocks):
            continue
        moved = []
        for wrong in (-posture.TURNED_SD, posture.TURNED_SD):
            parts = np.split(total, 2, axis=-1)
            parts[place] = _turned(parts[place], turned(wrong))
            moved.append(np.abs(finish(np.concatenate(parts, axis=-1)) - value))
        worst = np.hypot(worst, np.max(moved, axis=0))
    return worst


def _bent_error(x: Inputs, total: Floats) -> Floats:
    """Return what a head that is down beyond what can be read makes of the share."""
    value = finish(total)
    squares = np.zeros(value.shape)
    for place, blocks in enumerate(("head", "on")):
        parts = np.split(total, 2, axis=-1)
        parts[place] = _turned(parts[place], turned(0.0, -posture.bent_sd(x, blocks)))
        squares = squares + (finish(np.concatenate(parts, axis=-1)) - value) ** 2
    return np.asarray(np.sqrt(squares))


def _face_error(x: Inputs, total: Floats) -> Floats:
    """Return what the hand at the face, and a face that works, make of the share."""
    value = finish(total)
    squares = np.zeros(value.shape)
    for place, condition in enumerate((x.condition, x.condition.replace(trick="on"))):
        sd = np.array([face_at_work.turned_by(condition, axis) for axis in posture.AXES])
        for wrong in np.diag(sd):
            moved = []
            for turn in (turned(*wrong), turned(*-wrong)):
                parts = np.split(total, 2, axis=-1)
                parts[place] = _turned(parts[place], turn)
                moved.append(np.abs(finish(np.concatenate(parts, axis=-1)) - value))
            squares = squares + np.max(moved, axis=0) ** 2
    return np.asarray(np.sqrt(squares))


def _turned(total: Floats, turn: Floats) -> Floats:
    flat = (turn @ total[..., :9].reshape(*total.shape[:-1], 3, 3)).reshape(*total.shape[:-1], 9)
    moved: Floats = np.concatenate([flat, total[..., 9:]], axis=-1)
    return moved


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a head let go without and with a trick, whose hand turns it; truth of the long run."""
    from eutonia.measures.head_example import TARGET, let_go_recording
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    zero = posture.zero_drawn(rng, _ON)
    share = np.array([[posture.APART_SHARE[axis]] for axis in posture.AXES])
    apart = share * np.linalg.norm(np.subtract(_OFF, _ON)) * rng.standard_normal((3, 1))
    off = let_go_recording(rng, zero + apart, centre=_OFF, trick="off")
    hand = np.array([[face_at_work.HAND_SD[axis]] for axis in posture.AXES])
    hand = hand * rng.standard_normal((3, 1))
    on = let_go_recording(rng, zero + hand, centre=_ON, trick="on")
    return visit(off, on), {(TARGET, off.condition.label, ""): _true()}


_OFF, _ON = (28.0, 4.0, -11.0), (12.0, 3.0, -5.0)


@cache
def _true() -> float:
    from eutonia.measures.head_example import long_sums

    return float(finish(np.concatenate([long_sums(_OFF), long_sums(_ON)], axis=-1))[0, 0])
