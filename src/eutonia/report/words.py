"""Numbers, units, conditions and measures in words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from eutonia.judge import unit_words
from eutonia.knowledge import table
from eutonia.model import NO_INTERVAL, Comparison, Contrast, Estimate, Interval, Measure, VisitState
from eutonia.model.measure import AT_LEAST
from eutonia.stats.rounding import decimals, decimals_of_limits

#: What the person reads instead of the title of a measure that may stand on their page.
PLAIN = {
    "emg.rms": "how strongly the muscle worked",
    "emg.cci_fw": "how much two opposing muscles worked at the same time",
    "emg.burst.duration": "how long the muscle stayed on each time",
    "emg.burst.rate": "how often the muscle switched on",
    "eyes.blink_rate": "how often the eye blinked",
    "eyes.closed_share": "how much of the time the eye was shut",
    "eyes.closures": "how often the eye stayed shut for half a second or more",
    "eyes.one_sided": "how often one eye shut alone",
    "head.dev_total": "how far the head was from straight",
    "head.variability": "how much the head moved",
    "head.tremor_pow.total": "how strongly the head shook",
    "mouth.jaw_excursion.range": "how far the jaw opened",
    "mouth.lower_face": "how much the mouth and jaw moved",
    "hand.curl.sum": "how far the finger was curled",
    "hand.finger_tremor.size": "how strongly the finger shook",
    "gait.cadence": "how many steps there were in a minute",
    "gait.stride_cv": "how uneven pairs of steps were in time",
    "gait.arm_swing": "how far the arm swung",
    "gait.arm_swing_asymmetry": "how unlike the two arms swung",
    "gait.stance_asymmetry": "how unlike the two feet stood in time",
    "gait.stride_time": "how long two steps took",
}

#: What the person reads of what was looked for and was not there, by how its measures' ids begin.
#: Not of the alpha peak: its lack means nothing by itself, and would frighten.
NOT_THERE = {
    "head.tremor": "shaking of the head",
    "mouth.tremor": "shaking of the jaw",
    "hand.finger_tremor": "shaking or slow swaying of the hand or a finger",
    "emg.burst": "muscles that switch on and off",
}

#: Instruments by the kinds of signal that a measure needs: key, heading, plain words.
INSTRUMENTS = {
    "emg": ("Muscles (surface EMG)", "muscle signals"),
    "eeg": ("Brain waves (EEG)", "brain waves"),
    "eeg-emg": ("Brain waves and muscles together (EEG and EMG)", "brain waves and muscle signals"),
    "head": ("Head and neck (video)", "posture and movement of the head"),
    "lid": ("Eyelids (video)", "eyelids"),
    "mouth": ("Mouth and jaw (video)", "mouth and jaw"),
    "finger": ("Hands and fingers (video)", "hands and fingers"),
    "gait": ("Walking and trunk (video)", "walking and trunk"),
    "audio": ("Voice (audio)", "voice"),
    "motion": ("Movement (motion sensors)", "movement"),
    "physio": ("Heart, breathing and skin", "heart and breathing"),
    "events": ("Events and keys", "key presses and other events"),
    "misc": ("Other signals", "other signals"),
}


def statement(key: str) -> str:
    """Return one of the sentences that several modules share."""
    return str(table("statements").get(key, ""))


def card(measure_id: str) -> Measure | None:
    """Return the declaration of a measure, by its id or a part's; None if there is none (any more).

    A report is also written of an assessment that an older Eutonia made.
    """
    from eutonia.measures import get
    from eutonia.model import UnknownName

    try:
        return get(measure_id)
    except UnknownName:
        return None


def citation(key: str) -> str:
    """Return a source in full, or its key where the reference is not known."""
    from eutonia.knowledge import citation as known

    try:
        return known(key)
    except KeyError:
        return f"{key} (not in the list of references)"


def instrument(measure_id: str) -> str:
    """Return the key of `INSTRUMENTS` that a measure belongs to."""
    declared = card(measure_id)
    if declared is not None:
        kinds = "-".join(sorted({i.kind for i in declared.needs.inputs.values()}))
    else:
        kinds = measure_id.partition(".")[0]
    return kinds if kinds in INSTRUMENTS else "misc"


def number(value: float, interval: Interval | None = None) -> str:
    """Round a number to the digits that its interval lets be known, or to three of its own.

    Examples
    --------
    >>> number(12.3456)
    '12.3'
    """
    return _fixed(value, decimals(value, interval))


def bounds(valid: tuple[float, float]) -> str:
    """Return a declared range as it was declared: ``5 to 95``."""
    return " to ".join(f"{v:g}".replace("-", "−") for v in valid)


def limits(interval: Interval, value: float) -> str:
    """Return the limits of an interval, rounded beside its value: ``[0.12, 0.34]``."""
    low, high = decimals_of_limits(value, interval)
    return f"[{_fixed(interval.lo, low)}, {_fixed(interval.hi, high)}]"


def _fixed(value: float, decimals: int) -> str:
    rounded = round(value, decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
    text = f"{rounded:.{max(0, decimals)}f}"
    return text.replace("-", "−") if float(text) else text.replace("-", "")


def with_unit(value: str, name: str) -> str:
    """Join a number and its unit, with a space that does not break."""
    return f"{value}\u00a0{unit_words(name)}" if unit_words(name) else value


#: Words for plus and minus of what may be beyond its range to either side.
_WAYS = {"yaw": ("right", "left"), "roll": ("right", "left"), "pitch": ("up", "down")}
#: Stands for the interval of a number of which only the least is known.
OPEN = "open-ended"


def value_of(e: Estimate) -> str:
    """Return the value; what is only the least, or beyond a range that saturates, says so.

    Then with the way it goes, where that may be either, and what was read:
    ``down, at least 37 (read −45)``.
    """
    least = least_of(e)
    if not least:
        return number(e.value, e.interval)
    plus, minus = _WAYS.get(e.part or "".join(e.target.sites), ("", "below 0"))
    way = plus if e.valid[0] < 0 < e.value else minus if e.value < 0 else ""
    same = f"{e.least:.3g}" == f"{abs(e.value):.3g}"
    read = "" if same else f" (read {number(e.value, e.interval)})"
    return f"{f'{way}, ' if way else ''}at least {least}{read}"


def least_of(e: Estimate) -> str:
    """Return the least size of what no more is known of, rounded down; empty: more is known."""
    if e.least is None:
        return ""
    digits = max(0, decimals(e.value, e.interval)) if e.interval is not None else 0
    return f"{math.floor(e.least * 10**digits + 1e-6) / 10**digits:g}"


def limits_of(e: Estimate) -> str:
    """Return the limits of a number; `OPEN` where only the least is known; empty: it has none."""
    if e.interval is None:
        return ""
    return limits(e.interval, e.value) if e.least is None else OPEN


def verdict_of(c: Comparison) -> str:
    """Return a verdict; where an interval without 0 was not enough among many, that is said."""
    if c.verdict != "no difference shown" or c.q is None or not differs_alone(c):
        return c.verdict
    return f"{c.verdict} (alone it would be; among so many it may be chance, q {c.q:.2g})"


def differs_alone(c: Comparison | Contrast) -> bool:
    """Tell whether the interval leaves out "no difference", however many were compared."""
    none = 1.0 if c.scale == "ratio" else 0.0
    return c.interval is not None and not c.interval.lo <= none <= c.interval.hi


#: What flags mean, most of movements that were read from a video.
FLAGS = {
    "envelope": "recorded as an envelope: its smoothing and offset are in it, and cross-talk "
    "cannot be told",
    "zero_anatomical": "no zero set by the examiner",
    "no_trunk": "without the shoulders: head against the camera",
    "not_in_profile": "not filmed in profile",
    "face_small": "small face: less than 40 pixels between the outer corners of the eyes",
    "glasses": "with glasses, as the intake says",
    "shoulders_not_looked_for": "shoulders not looked for",
    "trunk_turned": "the trunk was turned for a part",
    "uncalibrated": "not calibrated by gentle closures",
    "closures_unlike_open": "the gentle closures that were filmed could not be told from the open "
    "lid",
    "too_uneven": "the camera left out pictures: in more than 1 of 20 steps over 50 ms are missing",
    "ptosis": "this eye is open less than the other, as of a lid that hangs (ptosis); how much "
    "less is in the opening of the left lid over the right",
    "may_hold_a_tool": "the hand may hold a tool",
    "bend_from_palm": "bend read from the palm",
    "bend_pinched": "the end of this finger was behind the thumb, as around a pen",
    "bend_from_front": "bend read from ahead, over the back of the hand: films show too little "
    "of a large one",
    "bend_guessed": "bend guessed: covered, or not seen from this finger's side",
    "bend_hidden": "hidden behind the other fingers, or a pen may have been taken for it",
    "vertical_of_camera": "vertical is the camera's",
    "inversion_or_turning_in": "a leg that turns in looks the same",
    "legs_exchanged": "the tracker exchanged the legs; put right",
}


def flags_of(e: Estimate) -> list[str]:
    """Return the weaknesses of an estimate in words."""
    return [FLAGS.get(q, spaced(q)) for q in e.quality if not q.startswith(AT_LEAST)]


_NOTES = {"norm=task": "normalised by the largest task", "norm=none": "not normalised"}


def note_words(note: str) -> str:
    """Return what a number was normalised by or assumes, in words."""
    return _NOTES.get(note, note.replace("=", ": ", 1))


def value_in_words(e: Estimate) -> str:
    """Return value, interval and unit: ``45 [40, 50] %``; a missing interval is said."""
    shown = value_of(e)
    if e.least is not None:
        return with_unit(shown, e.unit)
    if e.interval is None:
        return f"{with_unit(shown, e.unit)} (no interval)"
    return with_unit(f"{shown} {limits(e.interval, e.value)}", e.unit)


def no_interval(key: str) -> str:
    """Return why a number has no interval."""
    return f"none: {NO_INTERVAL.get(key, key or 'reason not given')}"


def interval_kind(interval: Interval | None, reason: str) -> str:
    """Return what an interval is of, in words, or why there is none."""
    if interval is None:
        return no_interval(reason)
    level = f"{100 * interval.level:g}\u00a0%, " if interval.level != 0.95 else ""
    return level + interval.kind


def contrast_words(c: Contrast) -> str:
    """Return what is held against what: ``writing − rest``, ``right side ÷ left side``."""
    sign = "÷" if c.scale == "ratio" else "−"
    name = {"task": "", "side": " side"}.get(c.factor, "")
    lead = "" if c.factor in ("task", "side") else f"{spaced(c.factor)} "
    return f"{lead}{spaced(c.a)}{name} {sign} {lead}{spaced(c.b)}{name}"


def held(c: Contrast) -> str:
    """Return the levels that both terms of a contrast share; empty: none."""
    differs = "side" if c.factor == "acting_side" else c.factor
    kept = [(k, v) for k, v in c.condition.levels if k != differs]
    return ", ".join(spaced(v) if k == "task" else f"{spaced(k)} {spaced(v)}" for k, v in kept)


def q_words(q: float | None) -> str:
    """Return a q-value as it is printed."""
    if q is None:
        return "not tested"
    return "< 0.001" if q < 0.001 else f"{q:.3f}" if q < 0.1 else f"{q:.2f}"


def spaced(name: str) -> str:
    """Return an id in words."""
    return name.replace("_", " ")


#: Parts whose name says less than a reader needs: the size of a tremor is not its amplitude.
_PARTS = {"size": "size (root mean square)"}


def part_words(part: str) -> str:
    """Return the part of a measure in words: ``4_7`` is ``4–7 Hz``."""
    lo, _, hi = part.partition("_")
    if lo.isdigit() and hi.isdigit():
        return f"{lo}–{hi}\u00a0Hz"
    return _PARTS.get(part, spaced(part))


def form(state: VisitState) -> str:
    """Return the name of the form of dystonia, or that none was named."""
    if not state.form:
        return "no form named"
    forms: dict[str, Any] = table("forms")
    return str(forms[state.form]["name"]) if state.form in forms else spaced(state.form)


def tried(value: bool | float | str | None, suffix: str = "") -> str:
    """Return what was answered at intake, or ``unknown``."""
    if value is None or value == "":
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}{suffix}" if isinstance(value, float | int) else f"{value}{suffix}"


def listed(items: Iterable[str], most: int = 12) -> str:
    """Join at most `most` items, and say how many more there are."""
    shown = list(items)
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more


def short(text: str, most: int = 40) -> str:
    """Shorten a name in its middle, where it is longer than `most` characters."""
    if len(text) <= most:
        return text
    keep = most - 1
    return f"{text[: keep - keep // 2]}…{text[len(text) - keep // 2 :]}"


def source_words(mark: str, sources: Iterable[str]) -> str:
    """Return where a rule stands; what was not checked against its source is ours, unconfirmed."""
    keys = ", ".join(sources)
    return keys if mark == "V" and keys else statement("our_rule")
