"""Tremor of the fingers and of the wrist."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eutonia.measures import single_tremor as one
from eutonia.measures.hand_curls import CURLS
from eutonia.measures.hand_sight import GUESSED, first_of, hidden, seen_as
from eutonia.model import (
    CannotMeasure,
    Channel,
    Condition,
    Each,
    Input,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

#: Smaller rhythms may be the landmarks' own noise, degrees (our rule, unconfirmed). [D]
LEAST_RMS_DEG = 0.5
#: The same of the wrist, which hangs on the body's landmarks: a still one of a rendered person
#: showed 1.2 degrees. [D]
LEAST_RMS_WRIST_DEG = 2.0
#: Share of another finger's size, and distance of the frequencies, below which a rhythm may be the
#: other's: a still finger of a rendered hand showed up to a fifth of its neighbour's. [D]
FOLLOWS, ALIKE_HZ = 0.25, 0.3
#: Tasks whose strokes or notes are a rhythm themselves: of a rendered hand that wrote loops without
#: any tremor, every finger read as one of 2 Hz. Narrow rhythms that are faster than the strokes and
#: no multiple of theirs told a tremor in simulated angles (of 180 films with one 0.74, of 180
#: without 0.01), not in tracked pictures of two rendered hands with guessed bends, one of them lost
#: in 4 % of its pictures (0.18, and half as many at a wrong frequency), where the same tremor in a
#: still hand was told in 0.93 (and in 1 of 60 without one). [D]
IN_A_BEAT = frozenset(
    {"tapping", "scale", "typing", "writing", "playing", "easy_passage", "trigger_passage"}
)
SHARED = (
    "whose=fingers share this rhythm and how they bend was guessed: which of them trembles is "
    "not known, and the largest stands for all"
)

MEASURE = Measure(
    id="hand.finger_tremor",
    version="4",
    title="Tremor of a finger",
    unit={"freq": "Hz", "size": "deg"},
    tier="supportive",
    sources=(),
    method=f"Of each finger's curl (flexion of its joints summed) and of the wrist. {one.METHOD}",
    needs=Needs(
        inputs={"finger": Input(kind="finger", min_rate_hz=14, min_s=16)},
        target=Each(sites=("thumb_curl", *CURLS, "wrist_flexion", "wrist_deviation")),
    ),
    scale="difference",
    interval=Jackknife(),
    valid={
        "freq": Range(lo=1, hi=12, shown_by="docs/measures/hand.finger_tremor"),
        "size": Range(lo=0.5, hi=30, shown_by="docs/measures/hand.finger_tremor"),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{one.CAUTION} So it is not looked for while strokes or notes are made (writing, "
    "playing, scales, typing, tapping), but in a spiral, a grip, or a pen or fingers held still "
    "above the paper or the keys. Only "
    "movement in the joints is seen: a hand that shakes as a whole, as in most tremors of the arm, "
    "changes no finger's angle. The landmarks of the other fingers "
    "follow one that trembles: less than a quarter of its size at its frequency is not counted, "
    "nor is any but the largest where the bends are guessed. On a rendered hand with a pen, whose "
    "index alone trembled, the middle finger read as large: the hand trembles, which finger does "
    "is then not known. A finger hidden behind two others is not measured.",
    figure="rhythm",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Find the rhythm of each finger, its frequency and its size; see `MEASURE`."""
    if (task := x.condition.get("task")) in IN_A_BEAT:
        raise CannotMeasure(_instead(task))
    channels, rows = x.channels["finger"], x.targets[:, 0]
    wrist = [channels[row].site.startswith("wrist") for row in rows]
    least = [LEAST_RMS_WRIST_DEG if w else LEAST_RMS_DEG for w in wrist]
    found = one.measured(x, "finger", least_rms=least, unit="degrees")
    found = replace(found, reasons=first_of(_hidden(channels, rows), found.reasons))
    reasons, shared = _of_their_own([channels[row] for row in rows], found)
    return replace(found, reasons=reasons, notes=(*found.notes, *([SHARED] if shared else [])))


def _instead(task: str) -> str:
    """Return why no tremor is looked for in a task with a beat, and what to film for it."""
    pen = task == "writing"
    beat = "strokes" if pen else "notes or strokes"
    still = (
        "the pen held still just above the paper, as about to write (segment *pen above paper*), "
        "the grip on the paper, and a spiral"
        if pen
        else "the fingers held still just above the keys or the strings, as about to play (segment "
        "*fingers above the keys*)"
    )
    return (
        f"{beat[0].upper()}{beat[1:]} are a rhythm of 2 to 6 Hz themselves, from which one camera "
        f"does not tell a tremor over them: whether there is one is not known. Film {still}, 20 s "
        "each. A tremor that comes only in the movement itself must be looked for on the film."
    )


def _hidden(channels: tuple[Channel, ...], rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return a sentence for each hidden finger; thumb and wrist never are."""
    bent = [channels[row].site in CURLS for row in rows]
    why = iter(hidden(channels, rows[bent]))
    return tuple(next(why) if is_finger else "" for is_finger in bent)


def _of_their_own(channels: list[Channel], found: Result) -> tuple[tuple[str, ...], bool]:
    """Return why targets cannot be measured, with those whose landmarks follow another finger.

    Returns
    -------
    reasons : tuple of str
    shared : bool
        Whether some were left out for one whose bend is guessed as well.
    """
    assert found.finish is not None
    assert found.blocks is not None
    freq, size = found.finish(found.blocks.sum(axis=0)).T
    reasons, shared = list(found.reasons), False
    # From the largest on: what was left out itself leaves no other out.
    order = sorted(range(len(channels)), key=lambda k: -np.nan_to_num(size[k]))
    order.sort(key=lambda k: seen_as(channels[k]) == GUESSED)
    for place, i in enumerate(order):
        guessed = seen_as(channels[i]) == GUESSED
        for k in (k for k in range(len(channels)) if k != i):
            same = channels[i].side == channels[k].side and abs(freq[i] - freq[k]) < ALIKE_HZ
            if reasons[i] or found.reasons[k] or not same:
                continue
            if size[i] < FOLLOWS * size[k]:
                reasons[i] = _follows(channels[k], size[i], size[k])
            elif guessed and k in order[:place] and not reasons[k]:
                reasons[i] = _guessed(channels[k], freq[k], size[k])
                shared |= seen_as(channels[k]) == GUESSED
    return tuple(reasons), shared


def _follows(other: Channel, size: float, larger: float) -> str:
    return (
        f"The landmarks follow {other.label}, which trembles at the same frequency "
        f"with {larger:.2g} degrees: the {size:.2g} here may be none of its own."
    )


def _guessed(other: Channel, freq: float, size: float) -> str:
    return (
        f"It has the rhythm of {other.label} ({freq:.1f} Hz, {size:.2g} degrees), and how this "
        "finger bends was guessed: whether it trembles itself is not known."
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a finger that trembles in a held posture."""
    from eutonia.simulate.fingers import RATE_HZ, channel

    task = Condition.of(task="posture")
    return one.example(seed, channel("ring_curl", "right"), task, rate_hz=RATE_HZ, rms=3.0)
