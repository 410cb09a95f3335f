"""Tremor of the fingers and of the wrist."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import tremor
from eutonia.measures import single_tremor as one
from eutonia.measures.hand_curls import CURLS
from eutonia.measures.hand_sight import (
    GUESSED,
    HIDDEN,
    PALM,
    THUMB,
    first_of,
    hidden,
    seen_as,
    thumb_seen_as,
)
from eutonia.measures.hand_together import TOGETHER, together
from eutonia.measures.rhythm import BEFORE, FILM_SD_HZ
from eutonia.model import (
    Absent,
    CannotMeasure,
    Channel,
    Condition,
    Each,
    Floats,
    Input,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Untold,
    Varying,
    Visit,
)

#: Smaller rhythms may be the landmarks' own noise, degrees (our rule, unconfirmed). [D]
LEAST_RMS_DEG = 0.5
#: The same of the wrist, which hangs on the body's landmarks: a still one of a rendered person
#: showed 1.2 degrees. [D]
LEAST_RMS_WRIST_DEG = 2.0
#: Share of the largest finger's size from which a rhythm within so many Hz may as well be that of
#: the trembling one. Of hands of rendered people 1 to 49 (two skins; from the thumb's side, the
#: little finger's side and the palm; half with a pen) one finger of which trembled by 0.9 to 4
#: degrees at 5 or 7.5 Hz, a still finger that was seen read half as large in a quarter and 1.6 to
#: 2.1 times as large in a twentieth, a hidden one 2.5 times. Where none beside the largest had
#: this share of it, the largest was the one that trembled in 33 of 35 films, 39 of 41 of people 51
#: to 99; with a share of half, in 46 of 50. [D]
FOLLOWS, ALIKE_HZ = 0.4, 0.3
#: And within so many times that frequency: how far a finger looks bent does not go with how far it
#: swings, so that a landmark's path has twice and three times the frequency of the tremor in it.
#: Wrists of rendered hands that trembled at 5 Hz read as 5 Hz in one finger and as 10 Hz in others,
#: which were the smaller ones in one film and the largest in another (two outside judges). [D]
MULTIPLES = (1, 2, 3)
#: Root mean square of the logarithm of the gain with which such a finger's tremor was read, by how
#: it was seen: from its own side and free (0.3 to 0.5), and from the palm (where 1.6 times of it
#: was read on average). One camera guesses how deep a finger lies, and a small bend hangs on that.
#: Of people 51 to 99 the size of the right finger was held in 38 of 39. [D]
GAIN_SD = {"": 0.5, PALM: 0.65}
#: Of the wrist, which was not studied by itself (our rule, unconfirmed). [D]
GAIN_SD_OTHERS = 0.65
#: Tasks whose strokes or notes are a rhythm themselves: of a rendered hand that wrote loops without
#: any tremor, every finger read as one of 2 Hz. Narrow rhythms that are faster than the strokes and
#: no multiple of theirs told a tremor in simulated angles (of 180 films with one 0.74, of 180
#: without 0.01), not in tracked pictures of two rendered hands with guessed bends, one of them lost
#: in 4 % of its pictures (0.18, and half as many at a wrong frequency), where the same tremor in a
#: still hand was told in 0.93 (and in 1 of 60 without one). [D]
IN_A_BEAT = frozenset(
    {"tapping", "scale", "typing", "writing", "playing", "easy_passage", "trigger_passage"}
)
#: Where the film does not say what was done, slower rhythms may be notes or strokes, Hz. [D]
BEATS_HZ = 6.0
MEASURE = Measure(
    id="hand.finger_tremor",
    version="11",
    title="Tremor of a finger",
    unit={"freq": "Hz", "size": "deg"},
    tier="supportive",
    sources=(),
    method=f"Of each finger's curl (flexion of its joints summed) and of the wrist. {one.METHOD} "
    "The size is a root mean square, not an amplitude: a regular tremor swings 1.4 times as far to "
    "each side, and 2.8 times from end to end. Only the largest of a hand's fingers at a frequency "
    "is given, where it was seen from its own side or from the palm and no other reads "
    f"{FOLLOWS:g} of it or more; rhythms of twice and three times its frequency count as the same. "
    "The interval of the size also holds the gain of camera and "
    "tracker (SD of its logarithm: 0.5 from a finger's own side, 0.65 from the palm and of the "
    "wrist, where it was not studied).",
    needs=Needs(
        inputs={"finger": Input(kind="finger", min_rate_hz=14, min_s=16)},
        target=Each(sites=(THUMB, *CURLS, "wrist_flexion", "wrist_deviation")),
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
    "above the paper or the keys; and of a film that does not say what was done, rhythms below "
    f"{BEATS_HZ:g} Hz are said to be there, not to be a tremor. Only movement in the joints is "
    "seen: a hand that shakes as a whole, as in most tremors of the arm, changes no finger's "
    "angle, but is read as if it did where fingers point at the camera. When one finger trembles, "
    "the landmarks of still ones are drawn along, often as far: where another finger reads nearly "
    "as large, or the largest was not well seen (as a thumb from the little finger's side), a "
    "sentence says that the hand trembles, at which frequency, and that the film does not tell in "
    "which finger. Two fingers "
    "that both tremble look the same. And where the fingertips move together in the picture, as "
    "when wrist or arm tremble, or all fingers, it is said only that the hand does, and of no "
    "wrist that it trembles: so of all 41 such films of "
    "rendered hands that were read, of either skin, and of 7 of 25 of one trembling finger, all "
    "from a side. Film the palm, from "
    "which fingers are told apart best: a finger was named in 0.4 of such films of rendered hands "
    "with one trembling finger, and in 0.06 of those from a side; in 4 of 76 it was a wrong one, "
    "always the little finger. Most tremors are read a third to three times as large as they are: "
    "one of 1 to 2 degrees may read below the least that counts, so that none is shown is no "
    "proof of none, and sizes of two films are hardly comparable.",
    history="Up to version 10 the wrist was said to tremble where all fingers did. Up to version 4 "
    "all large "
    "fingers were given, and the interval held 5 % for the gain; up to version 5 a finger was "
    "named where hand or arm tremble; up to version 6 films that said "
    "nothing of a task were read as if nobody played in them; up to version 7 a little finger that "
    "points at the camera counted as seen from its side, hands taken for their mirror image gave "
    "more numbers, and overstretched ones fewer; up to version 8 a rhythm of twice or three times "
    "the frequency of another of the same hand was called a tremor beside it, and a slow one that "
    f"no finger was named for was said to be there. {BEFORE.format(9)}",
    figure="rhythm",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Find the rhythm of each finger, its frequency and its size; see `MEASURE`."""
    task = x.condition.get("task")
    if task in IN_A_BEAT:
        raise CannotMeasure(_instead(task))
    channels, rows = _sighted(x), x.targets[:, 0]
    wrist = np.array([_is_wrist(channels[row]) for row in rows])
    least = np.where(wrist, LEAST_RMS_WRIST_DEG, LEAST_RMS_DEG)
    gain = np.array([GAIN_SD.get(seen_as(channels[row]), GAIN_SD_OTHERS) for row in rows])
    gain[wrist] = GAIN_SD_OTHERS
    found = one.measured(x, "finger", least_rms=least.tolist(), unit="degrees", gain_sd=gain)
    assert found.finish is not None
    assert found.blocks is not None
    freq, size = found.finish(found.blocks.sum(axis=0)).T
    size = np.where(np.isfinite(freq) & (~wrist | (size >= least)), size, 0.0)
    shown = [channels[row] for row in rows]
    reasons = first_of(_hidden(channels, rows), found.reasons)
    if not task:
        reasons = _unsaid(shown, freq, size, reasons)
    reasons = _of_their_own(shown, freq, size, _carried(x, shown, freq, size, reasons))
    # Nothing is known of how a gain changes from one condition to another: all of it may.
    changes = np.stack([np.full_like(size, FILM_SD_HZ), gain * size], axis=1)
    return replace(found, reasons=reasons, varying=Varying(sd=changes))


def _sighted(x: Inputs) -> tuple[Channel, ...]:
    """Return the channels, those of the thumb with how it was seen."""
    return tuple(
        replace(c, flags=(*c.flags, *filter(None, [thumb_seen_as(x, row)])))
        if c.site == THUMB
        else c
        for row, c in enumerate(x.channels["finger"])
    )


def _is_wrist(channel: Channel) -> bool:
    return channel.site.startswith("wrist")


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
    """Return a sentence for each hidden finger; a wrist never is."""
    bent = [not _is_wrist(channels[row]) for row in rows]
    why = iter(hidden(channels, rows[bent]))
    return tuple(next(why) if is_finger else "" for is_finger in bent)


def _unsaid(
    channels: list[Channel], freq: Floats, size: Floats, reasons: tuple[str, ...]
) -> tuple[str, ...]:
    """Return why targets cannot be measured where nobody said what the hand did.

    The sizes of rhythms that may be its work are then set to 0. Parameters are those of
    `_of_their_own`.
    """
    slow = np.flatnonzero((size > 0) & (freq < BEATS_HZ))
    if not len(slow):
        return reasons
    largest = slow[np.argmax(size[slow])]
    told = (
        f"The {channels[largest].side} hand moves in a rhythm of {freq[largest]:.1f} Hz: whether "
        "it trembles, plays or writes is not known, because the film does not say what was done. "
        "Name its segments (`eutonia protocols`)."
    )
    # Beside a rhythm that may be a tremor no other finger is said to have none.
    out = [told if isinstance(why, Absent) else why for why in reasons]
    for k in slow:
        out[k], size[k] = out[k] or told, 0.0
    return tuple(out)


def _carried(
    x: Inputs, channels: list[Channel], freq: Floats, size: Floats, reasons: tuple[str, ...]
) -> tuple[str, ...]:
    """Return why targets cannot be measured, with fingers that may only be carried by the hand.

    Their sizes are then set to 0. Parameters are those of `_of_their_own`.
    """
    out = list(reasons)
    bent = [k for k in np.argsort(-size) if size[k] >= LEAST_RMS_DEG and not _is_wrist(channels[k])]
    for first in bent:
        one = channels[first]
        same = [
            k
            for k in bent
            if size[k] > 0 and channels[k].side == one.side and _in_step(freq[k], freq[first])
        ]
        if not same or size[first] == 0:
            continue
        hz = float(freq[same].min())
        if not together(x, one.side, hz) >= TOGETHER:
            continue
        # The palm is drawn along by fingers that all tremble, and the wrist's angle with it.
        same += [
            k
            for k, c in enumerate(channels)
            if size[k] > 0 and c.side == one.side and _is_wrist(c) and _in_step(freq[k], hz)
        ]
        told = _hand_trembles(one, hz, size[first])
        for k in same:
            size[k] = 0.0
            out[k] = _with(told, out[k]) if seen_as(channels[k]) == HIDDEN else told
    return tuple(out)


def _of_their_own(
    channels: list[Channel], freq: Floats, size: Floats, reasons: tuple[str, ...]
) -> tuple[str, ...]:
    """Return why targets cannot be measured, with those whose rhythm may be another finger's.

    Parameters
    ----------
    channels : list of Channel
        Of the targets.
    freq, size : ndarray, shape (n_targets,)
        Of the rhythms; a size of 0 where there is none.
    reasons : tuple of str
        Why each cannot be measured so far.
    """
    out, left = list(reasons), [int(k) for k in np.argsort(-size) if size[k] > 0]
    while left:
        first = left[0]
        alike = [
            k
            for k in left
            if channels[k].side == channels[first].side and _in_step(freq[k], freq[first])
        ]
        left = [k for k in left if k not in alike]
        if size[first] < LEAST_RMS_DEG:
            continue
        largest, rest = channels[first], alike[1:]
        words = f"{largest.label} ({size[first]:.2g} degrees, root mean square)"
        why = "" if _seen(largest) else "how it bends was not seen well"
        if rest and size[rest[0]] >= FOLLOWS * size[first]:
            why = f"{channels[rest[0]].label} ({size[rest[0]]:.2g}) comes too near to that"
        for k in alike if why else rest:
            if why:
                told = _not_told(largest, float(freq[alike].min()), words, why)
                # That a finger was hidden remains to be said; that it is still is not known.
                out[k] = _with(told, out[k]) if seen_as(channels[k]) == HIDDEN else told
            elif not out[k]:
                out[k] = _follows(words, size[k])
    return tuple(out)


def _in_step(hz: float, of: float) -> bool:
    """Tell whether a rhythm has the frequency of a larger one of the same hand, or times it.

    Or a part of it, unless that is as slow as a sway.
    """
    more = any(abs(hz - n * of) < ALIKE_HZ for n in MULTIPLES)
    return more or (hz >= tremor.SLOW_HZ and any(abs(n * hz - of) < ALIKE_HZ for n in MULTIPLES))


def _with(told: str, also: str) -> str:
    """Return a reason with another one after it, of the same kind."""
    return type(told)(f"{told} {also}")


def _as_seen(words: str, hz: float) -> str:
    """Return a reason that says of a tremor that it was there, of a sway that it is not known."""
    return Untold(words) if hz >= tremor.SLOW_HZ else words


def _seen(channel: Channel) -> bool:
    return seen_as(channel) not in (GUESSED, HIDDEN)


def _trembles(hz: float) -> str:
    """Return what a rhythm is called: below some Hz it need not be tremor."""
    if hz >= tremor.SLOW_HZ:
        return f"trembles at {hz:.1f} Hz"
    return f"moves at {hz:.1f} Hz (so slow a rhythm need not be tremor, a sway looks the same)"


def _hand_trembles(largest: Channel, hz: float, size: float) -> str:
    return _as_seen(
        f"The {largest.side} hand {_trembles(hz)}, and this film does not tell whether it "
        "is the wrist, the arm or the fingers: the fingertips move together in the picture. What "
        f"fingers read (largest was {largest.label}, {size:.2g} degrees, root mean square) may be "
        "none of their own, and a wrist is drawn along by fingers. A camera that shakes looks the "
        "same.",
        hz,
    )


def _not_told(largest: Channel, hz: float, words: str, why: str) -> str:
    if _is_wrist(largest):
        return _as_seen(
            f"The {largest.side} wrist {_trembles(hz)}, and this film does not tell in which "
            f"direction: largest was {words}, but {why}.",
            hz,
        )
    return _as_seen(
        f"One finger of the {largest.side} hand, or more, {_trembles(hz)}, and this film "
        f"does not tell which: largest was {words} in the landmarks, which may show far less of "
        f"it than there is, but {why}, and those of still fingers are drawn along by one that "
        f"trembles. {_instead_of(largest)}",
        hz,
    )


def _instead_of(largest: Channel) -> str:
    """Return what to film, where a film does not tell which finger trembles."""
    if seen_as(largest) == PALM:
        return "Film the palm again from nearer by, and look at the film itself."
    return "Film the palm as well, from near by."


def _follows(words: str, size: float) -> str:
    return (
        f"The landmarks follow {words}, whose frequency is the same, or a multiple or a part of "
        f"it: the {size:.2g} here may be none of its own."
    )


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a finger that trembles in a held posture."""
    from eutonia.simulate.fingers import RATE_HZ, channel

    task = Condition.of(task="posture")
    shown = channel("ring_curl", "right")
    return one.example(seed, shown, task, rate_hz=RATE_HZ, rms=3.0, gain_sd=GAIN_SD[seen_as(shown)])
