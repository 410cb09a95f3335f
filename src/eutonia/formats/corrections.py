"""The user's corrections of a recording: a small file beside it that is applied at every read.

``<name of the recording>.corrections.yaml``::

    channels:
      EMG1: {name: SCM left, muscle: sternocleidomastoid, side: left}
      EMG2: {unit: mV, factor: 0.000488}
      EMG3: {bad: true}
    condition: {task: writing, trick: "on"}
    bad:
      - {start_s: 12.5, stop_s: 14, reason: cable touched, channel: EMG1}
    rate_hz: 1000
    line_hz: 50
    clock: {id: visit, offset_s: 0.25}
    video: {mirrored: true, slow_motion: 8, parts: [face, body]}

or, with a device of its own clock, ``clock: {align_to: other.edf, by: trigger, event: sync}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eutonia.formats import bids
from eutonia.formats.conditions import level_of, task_of
from eutonia.formats.signals import Scaled
from eutonia.formats.sites import muscle_of, place
from eutonia.formats.units import is_unit, standard
from eutonia.knowledge import table
from eutonia.model import (
    BadSpan,
    Channel,
    Clock,
    InvalidRecord,
    Issue,
    Recording,
    Source,
)

KINDS = (
    *("eeg", "emg", "ecg", "eog", "lfp", "acc", "gyro", "mag", "position", "audio", "resp"),
    *("eda", "temperature", "force", "trigger", "misc", "seeg", "ecog"),
)
SIDES = ("left", "right", "midline", "unknown")
_FIELDS = ("channels", "condition", "bad", "rate_hz", "line_hz", "clock", "video")
_FILM_FIELDS = ("mirrored", "slow_motion", "parts", "zero_of")
#: What a video may be searched for.
PARTS = ("face", "body", "hands")
_CHANNEL_FIELDS = ("name", "kind", "muscle", "site", "side", "unit", "factor", "bad")
_BAD_FIELDS = ("start_s", "stop_s", "reason", "channel")
_ALIGN_FIELDS = ("align_to", "by", "channel", "event", "there")
_CLOCK_FIELDS = ("id", "offset_s", "drift_ppm", *_ALIGN_FIELDS)


@dataclass(frozen=True, kw_only=True)
class AlignTo:
    """The wish to be put on the clock of another file; see `eutonia.formats.alignment.align`."""

    file: str
    by: str
    channel: str = ""
    event: str = ""
    there: str = ""


@dataclass(frozen=True, kw_only=True)
class Film:
    """What a person says about a video.

    Parameters
    ----------
    mirrored : bool or None
        Whether it is a mirror image, as selfie cameras make; None: not said.
    slow_motion : float
        How many times slower the movement plays than it was.
    parts : tuple of str
        What to look for, of `PARTS`; empty: what the task needs.
    zero_of : str
        Name of another video of the visit from whose segment *straight* angles of this one count,
        because the camera stayed where it was; empty: none.
    """

    mirrored: bool | None = None
    slow_motion: float = 1.0
    parts: tuple[str, ...] = ()
    zero_of: str = ""


def film_of(path: Path) -> Film:
    """Return what the corrections of a video say about it.

    Raises
    ------
    InvalidRecord
        Naming the field, its value and what is allowed.
    """
    file = file_for(path)
    found = _load(file).get("video", {}) if file.is_file() else {}
    mirrored = found.get("mirrored")
    if mirrored not in (None, True, False):
        raise InvalidRecord(f"{file}: video: mirrored is {mirrored!r}; allowed: true, false.")
    parts = found.get("parts", [])
    if not isinstance(parts, list):
        raise InvalidRecord(f"{file}: video: parts is {parts!r}; it has to be a list.")
    for part in parts:
        _one_of(file, "video: parts", part, PARTS)
    factor = _number(file, "video: slow_motion", found.get("slow_motion", 1.0), above=0.0)
    zero_of = found.get("zero_of") or ""
    if not isinstance(zero_of, str):
        raise InvalidRecord(f"{file}: video: zero_of is {zero_of!r}; write the name of a video.")
    return Film(mirrored=mirrored, slow_motion=factor, parts=tuple(parts), zero_of=zero_of)


def file_for(path: Path) -> Path:
    """Return where the corrections of a recording are looked for."""
    return path.with_name(f"{bids.stem(path)}.corrections.yaml")


def corrected(recordings: tuple[Recording, ...], path: Path) -> tuple[Recording, ...]:
    """Return the recordings of a file with its corrections applied, if there are any.

    Raises
    ------
    InvalidRecord
        Naming the field, its value and what is allowed.
    """
    file = file_for(path)
    if not file.is_file():
        return recordings
    found = _load(file)
    known = [c.name for r in recordings for c in r.channels]
    for old in found.get("channels", {}):
        _one_of(file, f"channels: {old}", old, known)
    digest = _digest(file)
    issue = Issue(
        code="corrected",
        severity="note",
        message=f"Corrections of {file.name} were applied: {', '.join(found) or 'none'}.",
    )
    source = Source(path=str(file.resolve()), sha256=digest)
    return tuple(
        replace(
            _apply(recording, found, file),
            issues=(*_settled(recording, found), issue),
            sources=(*recording.sources, source),
        )
        for recording in recordings
    )


def alignment_of(path: Path) -> AlignTo | None:
    """Return the alignment that the corrections of a recording ask for, if any.

    Raises
    ------
    InvalidRecord
        If it is incomplete, or names a file that does not exist.
    """
    file = file_for(path)
    return _align_to(_load(file).get("clock", {}), file) if file.is_file() else None


def _align_to(clock: Mapping[str, Any], file: Path) -> AlignTo | None:
    stray = [f for f in _ALIGN_FIELDS if f in clock]
    if not stray:
        return None
    if "align_to" not in clock:
        raise InvalidRecord(f"{file}: clock: {stray[0]} needs align_to: the file to align to.")
    both = [f for f in ("id", "offset_s", "drift_ppm") if f in clock]
    if both:
        raise InvalidRecord(
            f"{file}: clock: align_to finds the offset itself; remove {both[0]}, or align_to."
        )
    other = str(clock["align_to"])
    if not (file.parent / other).exists():
        raise InvalidRecord(
            f"{file}: clock: align_to is {other!r}; there is no such file beside the recording."
        )
    _one_of(file, "clock: by", clock.get("by"), ("trigger", "artefact"))
    texts = {f: str(clock.get(f, "") or "") for f in ("channel", "event", "there")}
    if clock["by"] == "artefact" and (not texts["channel"] or texts["event"]):
        raise InvalidRecord(f"{file}: clock: by artefact needs channel, and takes no event.")
    return AlignTo(file=other, by=str(clock["by"]), **texts)


def _settled(recording: Recording, found: Mapping[str, Any]) -> tuple[Issue, ...]:
    return tuple(i for i in recording.issues if not (i.code == "no_rate" and "rate_hz" in found))


def _digest(file: Path) -> str:
    from hashlib import sha256

    return sha256(file.read_bytes()).hexdigest()


def _load(file: Path) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidRecord(
            f"{file}: this is no valid YAML ({error}). Correct the file."
        ) from error
    if found is None:
        return {}
    _mapping(file, "the file", found)
    for field in found:
        _one_of(file, "field", field, _FIELDS)
    fields = (("clock", _CLOCK_FIELDS), ("video", _FILM_FIELDS))
    for field, allowed in (*fields, ("channels", None), ("condition", None)):
        if field in found:
            _mapping(file, field, found[field])
            for inner in found[field] if allowed else ():
                _one_of(file, f"{field}: field", inner, allowed or ())
    if not isinstance(found.get("bad", []), list):
        raise InvalidRecord(f"{file}: bad is {found['bad']!r}; it has to be a list of spans.")
    return dict(found)


def _apply(recording: Recording, found: Mapping[str, Any], file: Path) -> Recording:
    changes: dict[str, Any] = {}
    bad = list(recording.bad)
    renamed: dict[str, str] = {}
    channels = []
    factors = []
    for channel in recording.channels:
        entry = found.get("channels", {}).get(channel.name)
        new = channel if entry is None else _channel(channel, entry, file)
        unit, factor = (new.unit, 1.0) if entry is None else _unit(new, entry, file)
        renamed[channel.name] = new.name
        channels.append(replace(new, unit=unit))
        factors.append(factor)
        if entry is not None and entry.get("bad"):
            stop = recording.duration_s
            bad.append(
                BadSpan(start_s=0.0, stop_s=stop, reason="marked bad by the user", channel=new.name)
            )
    if len({c.name for c in channels}) < len(channels):
        raise InvalidRecord(f"{file}: channels: two channels would get the same name.")
    bad = [replace(b, channel=renamed.get(b.channel, b.channel)) for b in bad]
    bad += [_bad(b, renamed, file) for b in found.get("bad", [])]
    for field in ("rate_hz", "line_hz"):
        if field in found:
            changes[field] = _number(file, field, found[field], above=0.0)
    if "rate_hz" in changes:
        changes["stamps_s"] = None
    if recording.signal is not None and any(f != 1.0 for f in factors):
        changes["signal"] = Scaled(recording.signal, tuple(factors))
    if "clock" in found and _align_to(found["clock"], file) is None:
        clock = found["clock"]
        changes["clock"] = Clock(
            id=str(clock.get("id", "visit")),
            offset_s=_number(file, "clock: offset_s", clock.get("offset_s", 0.0)),
            drift_ppm=_number(file, "clock: drift_ppm", clock.get("drift_ppm", 0.0)),
            aligned="declared",
        )
    levels = _levels(found.get("condition", {}), file)
    return replace(
        recording,
        channels=tuple(channels),
        bad=tuple(bad),
        condition=recording.condition.replace(**levels),
        **changes,
    )


def _channel(channel: Channel, entry: object, file: Path) -> Channel:
    where = f"channels: {channel.name}"
    _mapping(file, where, entry)
    assert isinstance(entry, Mapping)
    for field in entry:
        _one_of(file, f"{where}: field", field, _CHANNEL_FIELDS)
    kind = str(entry.get("kind", channel.kind))
    _one_of(file, f"{where}: kind", kind, KINDS)
    name = str(entry.get("name", channel.name))
    if "kind" not in entry and "muscle" in entry:
        kind = "emg"
    site, side = channel.site, channel.side
    if "name" in entry or "kind" in entry:
        at = place(name, unit=channel.unit, kind=kind)
        site, side = at.site or site, at.side if at.side != "unknown" else side
    if "muscle" in entry:
        site = muscle_of(str(entry["muscle"]))[0]
        if not site:
            _one_of(file, f"{where}: muscle", entry["muscle"], sorted(table("muscles")))
    if "site" in entry:
        site = str(entry["site"])
    if "side" in entry:
        _one_of(file, f"{where}: side", entry["side"], SIDES)
        side = entry["side"]
    return replace(channel, name=name, kind=kind, site=site, side=side)


def _unit(channel: Channel, entry: Mapping[str, Any], file: Path) -> tuple[str, float]:
    """Return the unit of a channel and what its numbers are multiplied by.

    ``factor`` turns the numbers as read into ``unit``, such as millivolts per count.
    """
    where = f"channels: {channel.name}"
    factor = _number(file, f"{where}: factor", entry.get("factor", 1.0))
    if factor == 0:
        raise InvalidRecord(f"{file}: {where}: factor is 0; it has to be another number.")
    if "unit" not in entry:
        return channel.unit, factor
    written = str(entry["unit"])
    if not is_unit(written):
        raise InvalidRecord(
            f"{file}: {where}: unit is {written!r}; it has to be a unit such as uV, mV, V, m/s2 "
            "or g."
        )
    unit, to_standard = standard(written)
    return unit, factor * to_standard


def _bad(entry: object, renamed: Mapping[str, str], file: Path) -> BadSpan:
    _mapping(file, "bad", entry)
    assert isinstance(entry, Mapping)
    for field in entry:
        _one_of(file, "bad: field", field, _BAD_FIELDS)
    start = _number(file, "bad: start_s", entry.get("start_s"))
    stop = _number(file, "bad: stop_s", entry.get("stop_s"))
    if stop <= start:
        raise InvalidRecord(
            f"{file}: bad: stop_s is {stop:g}; it has to be after start_s {start:g}."
        )
    channel = str(entry.get("channel", "") or "")
    if channel:
        _one_of(file, "bad: channel", channel, (*renamed, *renamed.values()))
    reason = str(entry.get("reason", "marked bad by the user"))
    return BadSpan(start_s=start, stop_s=stop, reason=reason, channel=renamed.get(channel, channel))


def _levels(entry: Mapping[str, Any], file: Path) -> dict[str, str]:
    """Check factors, and translate levels; a level that is not known is kept."""
    out: dict[str, str] = {}
    for factor, level in entry.items():
        _one_of(file, "condition: factor", factor, sorted(table("conditions")))
        text = (
            {True: "on", False: "off"}.get(level, str(level))
            if isinstance(level, bool)
            else str(level)
        )
        if factor == "task":
            out |= task_of(text)
        else:
            known = table("conditions")[factor]["levels"]
            out[factor] = text if text in known else level_of(text).get(factor, text)
            _one_of(file, f"condition: {factor}", out[factor], sorted(known))
    return out


def _mapping(file: Path, field: str, value: object) -> None:
    if not isinstance(value, Mapping):
        raise InvalidRecord(f"{file}: {field} is {value!r}; it has to hold `name: value` pairs.")


def _one_of(file: Path, field: str, value: object, allowed: Iterable[str]) -> None:
    names = list(dict.fromkeys(allowed))
    if value not in names:
        raise InvalidRecord(f"{file}: {field} is {value!r}; allowed: {', '.join(names)}.")


def _number(file: Path, field: str, value: object, *, above: float | None = None) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRecord(f"{file}: {field} is {value!r}; it has to be a number.")
    if above is not None and not value > above:
        raise InvalidRecord(f"{file}: {field} is {value!r}; it has to be above {above:g}.")
    return float(value)
