"""``eutonia read``: what is in a file, and what is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eutonia.cli import DONE, LOSSES, MISTAKE
from eutonia.cli.table import facts, paragraph, printable, render

if TYPE_CHECKING:
    from eutonia.model import Lost, Recording

MAX_CHANNELS = 40


@click.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--all", "everything", is_flag=True, help="List every channel.")
def command(files: tuple[Path, ...], as_json: bool, everything: bool) -> int:
    """Show what is in FILES (or a visit's folder) and what is wrong with it.

    One bad file does not stop the others.
    """
    from eutonia.cli.progress import progress

    found: list[Recording] = []
    lost: list[Lost] = []
    with progress("read") as say:
        for done, path in enumerate(files):
            say(path.name, done, len(files))
            recordings, failed = _read(path)
            found += recordings
            lost += failed
    if as_json:
        record = {"recordings": [as_dict(r) for r in found], "lost": [_lost(x) for x in lost]}
        click.echo(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join(in_words(r, everything=everything) for r in found))
        for one in lost:
            where = "" if one.path in one.error else f"{one.path}: "
            click.echo(f"Error: {printable(where + one.error)}", err=True)
    if lost:
        return LOSSES if found else MISTAKE
    return DONE


def _read(path: Path) -> tuple[list[Recording], list[Lost]]:
    from eutonia.model import EutoniaError, Lost
    from eutonia.quality import inspect
    from eutonia.read import read, read_visit

    try:
        if path.is_dir():
            visit = read_visit(path)
            return [inspect(r) for r in visit.recordings], list(visit.lost)
        return [inspect(r) for r in read(path)], []
    except EutoniaError as error:
        return [], [Lost(path=str(path), error=str(error))]
    except (OSError, MemoryError) as error:
        return [], [Lost(path=str(path), error=f"{path}: cannot be read ({error}).")]


def _lost(one: Lost) -> dict[str, str]:
    return {"path": one.path, "error": one.error}


def as_dict(recording: Recording) -> dict[str, Any]:
    """Return what is known of a recording, as plain JSON values."""
    from dataclasses import asdict

    r = recording
    return {
        "id": r.id,
        "kind": r.kind,
        "rate_hz": r.rate_hz,
        "duration_s": round(r.duration_s, 6),
        "n_samples": r.n_samples,
        "line_hz": r.line_hz,
        "device": r.device,
        "simulated": r.simulated,
        "condition": dict(r.condition.levels),
        "clock": asdict(r.clock),
        "channels": [asdict(c) for c in r.channels],
        "events": dict(Counter(r.events.name)),
        "issues": [asdict(i) for i in r.issues],
        "bad_spans": [asdict(b) for b in r.bad],
        "sources": [asdict(s) for s in r.sources],
    }


def in_words(recording: Recording, *, everything: bool = False) -> str:
    """Return what is known of a recording, as text for the terminal."""
    r = recording
    events = ", ".join(f"{name} ({n})" for name, n in Counter(r.events.name).most_common(12))
    rate = f"{r.rate_hz:g} Hz" if r.rate_hz else "uneven" if r.stamps_s is not None else "events"
    offset = f", starts {r.clock.offset_s:g} s after the clock's zero" if r.clock.offset_s else ""
    drift = f", drift {r.clock.drift_ppm:g} ppm" if r.clock.drift_ppm else ""
    top = facts(
        [
            ("recording", r.id + ("  [SIMULATED]" if r.simulated else "")),
            ("kind", f"{r.kind}, {_counted(len(r.channels))}, {rate}, {_duration(r.duration_s)}"),
            ("device", r.device),
            ("condition", r.condition.label if r.condition.levels else "not stated"),
            ("events", events),
            ("clock", f"{r.clock.aligned}{offset}{drift}"),
            ("mains", f"{r.line_hz:g} Hz" if r.line_hz else ""),
        ]
    )
    parts = [top, _channels(r, everything=everything), _issues(r)]
    return "\n".join(p for p in parts if p)


def _counted(n: int) -> str:
    return f"{n} channel" + ("" if n == 1 else "s")


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours} h " if hours else "") + f"{minutes} min {rest} s"


def _channels(r: Recording, *, everything: bool) -> str:
    shown = r.channels if everything else r.channels[:MAX_CHANNELS]
    if not shown:
        return ""
    rows = [
        [
            c.name,
            c.kind,
            c.unit,
            c.site.replace("_", " "),
            c.side if c.side != "unknown" else "",
            ", ".join(c.flags),
        ]
        for c in shown
    ]
    table = render(["channel", "kind", "unit", "site", "side", "flags"], rows)
    more = len(r.channels) - len(shown)
    return table + (f"\n{more} more channels; --all lists them." if more else "")


def _issues(r: Recording) -> str:
    if not r.issues:
        return "Nothing wrong was found."
    lines = []
    for issue in sorted(r.issues, key=lambda i: ("error", "warning", "note").index(i.severity)):
        where = f" {issue.channel}:" if issue.channel and issue.channel not in issue.message else ""
        lines.append(paragraph(f"{issue.severity}:{where} {issue.message}"))
    return "\n".join(lines)
