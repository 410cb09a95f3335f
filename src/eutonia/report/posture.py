"""Lines of head and jaw on the first page, after ``clinical-rules`` §6: where it goes, how far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from eutonia.measures.head.time_neutral import AT_LEAST
from eutonia.measures.posture import TRUNK_NOTE
from eutonia.measures.trick_hand import HAND
from eutonia.model import Assessment, Estimate, Finding, Interval
from eutonia.report.relevance import declared_id
from eutonia.report.words import flags_of, least_of, limits, number, spaced, value_of

#: Axis, the measure of its mean, and the words for plus and minus.
AXES = (
    ("head.yaw_mean", "rotation R", "rotation L"),
    ("head.roll_mean", "tilt R", "tilt L"),
    ("head.pitch_mean", "chin up", "chin down"),
)
#: Ends of the range of motion, pair by pair.
RANGE = (
    ("turn", (("R", "head.rom_yaw_right"), ("L", "head.rom_yaw_left"))),
    ("tilt", (("R", "head.rom_roll_right"), ("L", "head.rom_roll_left"))),
    ("look", (("up", "head.rom_pitch_up"), ("down", "head.rom_pitch_down"))),
)
#: Begins the note of a head tremor that may be the jaw's (`eutonia.measures.nod_of_jaw`).
JAW = "jaw: "
#: Size of a head tremor over the three axes.
SIZE = "head.tremor_pow.rms"
#: Frequency and size of a tremor of the jaw, of its opening and of its deviation.
JAW_FREQ, JAW_SIZE = "mouth.tremor.freq", "mouth.tremor.size"
#: Begins the note of a jaw's tremor that may be the head's (`eutonia.measures.jaw_of_head`).
HEAD = "head: "
#: Measures that these lines show, so that no other row of the page repeats them.
SHOWN = frozenset(
    [m for m, *_ in AXES]
    + [m for _, ends in RANGE for _, m in ends]
    + ["head.time_neutral", "head.tremor_freq", "head.tremor_axis", "mouth.tremor"]
)


def _shown(e: Estimate) -> bool:
    return declared_id(e.measure) in SHOWN or e.measure == SIZE


def posture(assessment: Assessment) -> Iterator[tuple[str, str]]:
    """Yield the lines that this visit has: let go, midline, range, trick, tremor."""
    found = [f.estimate for f in assessment.findings if _shown(f.estimate)]
    found = [e for e in found if e.origin == "measured"]
    lines: tuple[tuple[str, Callable[[list[Estimate]], str]], ...] = (
        ("LET GO", _let_go),
        ("MIDLINE", _midline),
        ("RANGE", _range),
        ("TRICK", _trick),
        ("TREMOR", _tremor),
    )
    for name, line in lines:
        if words := line(found):
            yield name, words


def repeats(finding: Finding) -> bool:
    """Tell whether a finding stands in these lines already."""
    e = finding.estimate
    measure = declared_id(e.measure)
    if measure.startswith(("head.tremor", "mouth.tremor")) or measure == "head.time_neutral":
        return _shown(e)
    return measure in SHOWN and e.condition.get("task") in ("let_go", "range")


def _in(found: list[Estimate], measure: str, task: str, trick: str = "off") -> Estimate | None:
    """Return the number of a measure in a task, eyes open."""
    return next(
        (
            e
            for e in found
            if e.measure == measure
            and e.condition.get("task") == task
            and (e.condition.get("trick") or "off") == trick
            and e.condition.get("eyes") != "closed"
        ),
        None,
    )


def _let_go(found: list[Estimate]) -> str:
    axes = [(e, up, down) for m, up, down in AXES if (e := _in(found, m, "let_go"))]
    if not axes:
        return ""
    weak = dict.fromkeys(w for e, _, _ in axes for w in (*flags_of(e), *_of_trunk(e)))
    zero = [] if any("zero" in w for w in weak) else ["zero set by the examiner"]
    said = ", ".join(_towards(e, up, down) for e, up, down in axes)
    return f"{said} deg; {'; '.join([*zero, *weak])}"


def _towards(e: Estimate, plus: str, minus: str) -> str:
    """Say an angle as a size with its direction; the interval in that direction."""
    sign = -1.0 if e.value < 0 else 1.0
    words = plus if sign > 0 else minus
    if least := least_of(e):
        return f"{words} at least {least}"
    if e.interval is None:
        return f"{words} {number(abs(e.value))} (no interval)"
    ends = sorted((sign * e.interval.lo, sign * e.interval.hi))
    turned = Interval(lo=ends[0], hi=ends[1], kind=e.interval.kind, method=e.interval.method)
    unsure = "" if turned.lo > 0 else " (if any)"
    return f"{words}{unsure} {number(abs(e.value), turned)} {limits(turned, abs(e.value))}"


def _midline(found: list[Estimate]) -> str:
    return "; ".join(_held(e) for e in found if e.measure == "head.time_neutral")


def _held(e: Estimate) -> str:
    """Say for how long the head was held straight, of how many tries, and what cut them short."""
    tries = f", mean of {e.n_repeats}" if e.n_repeats > 1 else ""
    cut = "".join(f": {n.removeprefix(AT_LEAST)}" for n in e.notes if n.startswith(AT_LEAST))
    return f"{_with_limits(e)} s held straight ({e.condition.label}{tries}){cut}"


def _range(found: list[Estimate]) -> str:
    parts = []
    for name, ends in RANGE:
        there = [(end, e) for end, m in ends if (e := _in(found, m, "range"))]
        if there:
            parts.append(f"{name} {', '.join(f'{end} {_with_limits(e)}' for end, e in there)}")
    return f"{'; '.join(parts)} deg" if parts else ""


def _with_limits(e: Estimate) -> str:
    return value_of(e) + (f" {limits(e.interval, e.value)}" if e.interval and not e.least else "")


def _trick(found: list[Estimate]) -> str:
    said, noted = [], []
    for m, plus, minus in AXES:
        without, helped = _in(found, m, "let_go"), _in(found, m, "let_go", "on")
        if without and helped:
            noted += [*_of_trunk(without), *_of_trunk(helped), *hands((helped,))]
            said.append(
                f"{_towards(without, plus, minus)} without, {_towards(helped, plus, minus)} with"
            )
    if not said:
        return "; ".join(hands(found))
    return "; ".join([f"{'; '.join(said)} deg", *dict.fromkeys(noted)])


def hands(found: Iterable[Estimate]) -> tuple[str, ...]:
    """Return what was seen of the hand in each condition with a trick, once.

    Measures of shifts do not see the face: of two notes the one that says more counts.
    """
    said: dict[str, str] = {}
    for note in (n for e in found for n in e.notes if n.startswith(HAND)):
        condition = note.partition("): ")[0]
        said[condition] = max(note, said.get(condition, ""), key=len)
    return tuple(said.values())


def _of_trunk(e: Estimate) -> tuple[str, ...]:
    """Return what is said of an angle while the shoulders may have turned."""
    return (TRUNK_NOTE,) if any(TRUNK_NOTE in note for note in e.notes) else ()


def _tremor(found: list[Estimate]) -> str:
    said = []
    for e in found:
        if e.measure != "head.tremor_freq":
            continue
        shares = [
            a
            for a in found
            if declared_id(a.measure) == "head.tremor_axis" and a.condition == e.condition
        ]
        axis = max(shares, key=lambda a: a.value, default=None)
        mainly = f", mainly {spaced(axis.part)}" if axis is not None and axis.part else ""
        sizes = [a for a in found if a.measure == SIZE and a.condition == e.condition]
        large = "".join(f", {_with_limits(a)} deg root mean square" for a in sizes)
        said.append(f"{_with_limits(e)} Hz{large}{mainly} ({e.condition.label}){_of_jaw(e)}")
    return "; ".join([*said, *_jaw(found)])


def _jaw(found: list[Estimate]) -> Iterator[str]:
    """Yield what is said of each tremor of the jaw: where it goes, how fast and how large."""
    for e in found:
        if e.measure != JAW_FREQ:
            continue
        of_it = (e.condition, e.target.label)
        sizes = [a for a in found if (a.condition, a.target.label) == of_it and a is not e]
        large = "".join(
            f", {_with_limits(a)} % of the eyes' distance" for a in sizes if a.measure == JAW_SIZE
        )
        at_head = [n.removeprefix(HEAD) for n in e.notes if n.startswith(HEAD)]
        words = f"{e.target.label} {_with_limits(e)} Hz{large} ({e.condition.label})"
        yield ", ".join([words, *at_head])


def _of_jaw(e: Estimate) -> str:
    """Return, with a comma before it, what the measure notes of a jaw that trembles as well."""
    return "".join(f", {n.removeprefix(JAW)}" for n in e.notes if n.startswith(JAW))
