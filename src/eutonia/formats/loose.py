"""Files that are not named after BIDS: kind and condition are taken from their name, and said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eutonia.formats import bids, corrections
from eutonia.formats.conditions import level_of
from eutonia.formats.describe import kind_of
from eutonia.formats.sites import place, words
from eutonia.model import Condition, Issue, Recording

_KINDS = ("eeg", "emg", "lfp", "audio", "ecg", "eog", "acc", "gyro")


def inferred(recordings: tuple[Recording, ...], path: Path) -> tuple[Recording, ...]:
    """Take kind and task of a loose file from its name, and say so."""
    if bids.modality(path):
        return recordings
    named = words(bids.stem(path))
    kind = next((k for k in _KINDS if k in named), "")
    levels = levels_in(named)
    out = []
    for r in recordings:
        said = []
        channels = tuple(
            replace(c, kind=p.kind, site=p.site, side=p.side)
            if c.kind == "misc" and kind and (p := place(c.name, unit=c.unit, kind=kind))
            else c
            for c in r.channels
        )
        if channels != r.channels:
            said.append(f"channels of unknown kind as {kind}")
        if levels and not r.condition.levels:
            said.append("condition " + Condition.of(**levels).label)
        issue = Issue(
            code="inferred",
            severity="note",
            message=f"From the file's name: {'; '.join(said)}. Correct it in "
            f"{corrections.file_for(path).name} where it is wrong.",
        )
        out.append(
            replace(
                r,
                kind=kind_of(channels) if channels != r.channels else r.kind,
                channels=channels,
                condition=r.condition if r.condition.levels else Condition.of(**levels),
                issues=(*r.issues, issue) if said else r.issues,
            )
        )
    return tuple(out)


def levels_in(named: tuple[str, ...]) -> dict[str, str]:
    """Return the condition that words of a file's name state, two words together first."""
    found: dict[str, str] = {}
    rest = list(named)
    for length in (3, 2, 1):
        for i in range(len(rest) - length + 1):
            levels = level_of(" ".join(rest[i : i + length])) if all(rest[i : i + length]) else {}
            if levels and not levels.keys() & found.keys() and "side" not in levels:
                found |= levels
                rest[i : i + length] = [""] * length
    return found
