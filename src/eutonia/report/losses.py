"""What could not be measured, which files were lost, and how good the recordings are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eutonia.model import Assessment, Issue, NotMeasurable, RecordingSummary
from eutonia.report import state
from eutonia.report.block import Block, Bullets, Heading, Paragraph, Table
from eutonia.report.words import listed, number, short

_MOST_ISSUES = 25
#: Code of what nothing was recorded for.
NO_INPUT = "no_input"
#: Code of what was looked for well enough and is not there (`eutonia.model.Absent`).
ABSENT = "absent"
#: Code of what was found, and not told where (`eutonia.model.Untold`).
UNTOLD = "untold"


def losses(assessment: Assessment) -> Iterator[Block]:
    """Yield everything that was not measured, with its reason, and the recordings' quality."""
    yield Heading(
        text="Not measured, and quality of the recordings", level=2, anchor="not-measured"
    )
    yield from _not_measurable(assessment.not_measurable)
    yield from _lost(assessment)
    yield from _recordings(assessment)
    yield from state.full(assessment)


def _not_measurable(missing: tuple[NotMeasurable, ...]) -> Iterator[Block]:
    yield Heading(text="Not measured", level=3)
    if not missing:
        yield Paragraph(text="Everything that was asked for could be measured.")
        return
    if failed := [m for m in missing if m.code not in (NO_INPUT, ABSENT)]:
        yield _by_reason(failed, "could not be taken", "Why, and what to do")
    if absent := [m for m in missing if m.code == ABSENT]:
        words = "of something that was looked for and was not there"
        yield _by_reason(absent, words, "What was looked for")
    if kinds := not_recorded(missing):
        yield Paragraph(text="What was not recorded, and the measures that need it:")
        yield Bullets(
            items=tuple(
                f"{reason} {_count(len(titles), 'measure')}: {listed(titles, 40)}."
                for reason, titles in kinds.items()
            ),
            style="small",
        )


def _by_reason(missing: list[NotMeasurable], words: str, header: str) -> Table:
    groups: dict[tuple[str, str, str], list[NotMeasurable]] = {}
    for m in missing:
        groups.setdefault((m.title, m.tier, m.reason), []).append(m)
    return Table(
        caption=f"{_count(len(missing), 'number')} {words}, by reason",
        header=("Measure", "Where", header),
        rows=tuple(
            (f"{title} ({tier})", _where(group), reason)
            for (title, tier, reason), group in groups.items()
        ),
        widths=(2, 2.5, 4),
    )


def not_recorded(missing: Iterable[NotMeasurable]) -> dict[str, tuple[str, ...]]:
    """Return the measures that nothing was recorded for, by what was not recorded."""
    found: dict[str, dict[str, None]] = {}
    for m in missing:
        if m.code == NO_INPUT:
            found.setdefault(m.reason, {})[m.title] = None
    return {reason: tuple(titles) for reason, titles in found.items()}


def _where(group: list[NotMeasurable]) -> str:
    targets = dict.fromkeys(short(m.target, 60) for m in group if m.target)
    conditions = dict.fromkeys(m.condition.label for m in group if m.condition.levels)
    parts = [listed(targets, 8)] if targets else []
    if conditions:
        parts.append(listed(conditions, 6))
    return "; ".join(parts) or "the whole visit"


def _lost(assessment: Assessment) -> Iterator[Block]:
    yield Heading(text="Lost files", level=3, anchor="lost")
    if not assessment.lost:
        yield Paragraph(text="Every file could be read.")
        return
    yield Table(
        caption=f"{_count(len(assessment.lost), 'file')} could not be read",
        header=("File", "What happened, and what to do"),
        rows=tuple((lost.path, lost.error) for lost in assessment.lost),
        widths=(1, 2),
    )


def _recordings(assessment: Assessment) -> Iterator[Block]:
    yield Heading(text="Recordings", level=3, anchor="recordings")
    if not assessment.recordings:
        yield Paragraph(text="There is no recording that could be read.")
        return
    yield Table(
        caption="Recordings and how much of them was usable",
        header=("Recording", "Channels", "Rate", "Duration", "Conditions", "Bad", "Clock"),
        rows=tuple(_recording(r) for r in assessment.recordings),
        widths=(2.6, 2.6, 1, 1, 2, 0.8, 1),
    )
    # Several streams of one file share what was found wrong with it.
    said = {
        (r.id.rpartition("#")[0] or r.id, i): None for r in assessment.recordings for i in r.issues
    }
    issues = list(said)
    if issues:
        yield from _issues(issues)


def _recording(r: RecordingSummary) -> tuple[str, ...]:
    names = listed((short(c.label, 30) for c in r.channels), 4)
    device = f"; {r.device}" if r.device else ""
    return (
        f"{r.id} ({r.kind}{device})",
        f"{len(r.channels)}: {names}" if r.channels else "events only",
        "uneven" if r.rate_hz is None else f"{r.rate_hz:g}\u00a0Hz",
        f"{number(r.duration_s)}\u00a0s",
        listed(r.conditions, 6) or "not stated",
        f"{number(100 * r.bad_share)}\u00a0%",
        r.aligned,
    )


def _issues(issues: list[tuple[str, Issue]]) -> Iterator[Block]:
    """Yield what was found wrong while reading; the same about many channels is said once."""
    groups: dict[tuple[str, str, str], list[Issue]] = {}
    for recording, issue in issues:
        key = (recording, issue.severity, issue.code if issue.channel else issue.message)
        groups.setdefault(key, []).append(issue)
    order = {"error": 0, "warning": 1, "note": 2}
    items = []
    for (recording, severity, _), group in sorted(
        groups.items(), key=lambda item: order[item[0][1]]
    ):
        others = f" (and {len(group) - 1} more channels alike)" if len(group) > 1 else ""
        items.append(f"{severity}: {recording}: {group[0].message}{others}")
    yield Paragraph(text="What was found while reading:", style="small")
    yield Bullets(items=tuple(items[:_MOST_ISSUES]), style="small")
    if len(items) > _MOST_ISSUES:
        more = len(items) - _MOST_ISSUES
        yield Paragraph(text=f"… and {more} more, in assessment.json.", style="small")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
