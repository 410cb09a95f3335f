"""What the header of an XDF stream says about its channels.

References
----------
XDF meta-data, https://github.com/sccn/xdf/wiki/Meta-Data
"""

from __future__ import annotations

from typing import Any

from eutonia.formats import bids, units
from eutonia.formats.sites import Place, place, places
from eutonia.model import Channel, Issue

#: Types of streams and channels beside those of BIDS.
_KINDS = bids.TYPE_KIND | {
    "ACC": "acc",
    "ACCELEROMETER": "acc",
    "ACCELERATION": "acc",
    "GYR": "gyro",
    "GYROSCOPE": "gyro",
    "MAGNETOMETER": "mag",
    "POSITIONX": "position",
    "POSITIONY": "position",
    "POSITIONZ": "position",
    "RESPIRATION": "resp",
    "TEMPERATURE": "temperature",
    "LFP": "lfp",
    "TRG": "trigger",
    "STIM": "trigger",
    "TRIGGER": "trigger",
    "MISC": "misc",
    "AUX": "misc",
    "REF": "misc",
}
_MARKERS = frozenset(["markers", "marker", "events", "event", "stimulus", "trigger", "triggers"])
_PLURALS = {
    "millivolts": "mV",
    "nanovolts": "nV",
    "meters": "m",
    "degrees": "deg",
    "degrees/second": "deg/s",
    "meters/second^2": "m/s2",
}


def first(tree: Any, *path: str) -> str:
    """Return the text at a path in what pyxdf makes of XML, empty where there is none."""
    for step in path:
        found = tree.get(step) if isinstance(tree, dict) else None
        tree = found[0] if isinstance(found, list) and found else None
    return tree.strip() if isinstance(tree, str) else ""


def _all(tree: Any, *path: str) -> list[Any]:
    *way, last = path
    for step in way:
        found = tree.get(step) if isinstance(tree, dict) else None
        tree = found[0] if isinstance(found, list) and found else None
    found = tree.get(last) if isinstance(tree, dict) else None
    return found if isinstance(found, list) else []


def is_marker(info: dict[str, Any]) -> bool:
    """Whether a stream of numbers holds markers: called so, one channel, without a rate."""
    return (
        first(info, "type").lower() in _MARKERS
        and float(first(info, "nominal_srate")) == 0
        and int(first(info, "channel_count")) == 1
    )


def device_of(info: dict[str, Any]) -> str:
    """Return maker and model, where the stream says so."""
    for where in (("desc",), ("desc", "acquisition"), ("desc", "amplifier")):
        words = [first(info, *where, key) for key in ("manufacturer", "model")]
        if any(words):
            return " ".join(w for w in words if w)
    return ""


def channels_of(
    info: dict[str, Any],
) -> tuple[tuple[Channel, ...], tuple[float, ...], tuple[Issue, ...]]:
    """Return the channels of a stream, the factors to their units, and what was wrong.

    What the channel's own entry says holds, then its label, then the type of the stream.
    """
    n = int(first(info, "channel_count"))
    stream = first(info, "type")
    entries = _all(info, "desc", "channels", "channel")
    issues = []
    if entries and len(entries) != n:
        text = f"The stream describes {len(entries)} channel(s) but holds {n}; they are numbered."
        issues.append(Issue(code="channels_disagree", severity="warning", message=text))
        entries = []
    rows = entries or [{}] * n
    labels = [first(r, "label") for r in rows]
    names, name_issues = _unique(labels, stream)
    converted = [_unit(first(r, "unit")) for r in rows]
    types = [first(r, "type").upper().replace(" ", "") for r in rows]
    kinds = [_KINDS.get(t, "") for t in types]
    found = places(names, units=[u for u, _ in converted], kinds=kinds)
    default = _KINDS.get(stream.upper(), "")
    channels = tuple(
        _channel(name, unit, kind, at, default)
        for name, (unit, _), kind, at in zip(names, converted, kinds, found, strict=True)
    )
    return channels, tuple(f for _, f in converted), (*issues, *name_issues)


def _channel(name: str, unit: str, kind: str, at: Place, default: str) -> Channel:
    if at.kind == "misc" and not kind and default:
        at = place(name, unit=unit, kind=default)
    return Channel(name=name, kind=at.kind, unit=unit, site=at.site, side=at.side)


def _unit(written: str) -> tuple[str, float]:
    return units.standard(_PLURALS.get(written.lower(), written))


def _unique(labels: list[str], stream: str) -> tuple[list[str], list[Issue]]:
    """Give every channel a name of its own: numbered where it has none or repeats."""
    names: list[str] = []
    issues = []
    for i, label in enumerate(labels):
        base = " ".join(label.split()) or f"{stream or 'channel'} {i + 1}"
        name, k = base, 2
        while name in names:
            name, k = f"{base} ({k})", k + 1
        if name != base and label:
            text = f"The label {label!r} occurs more than once; this one is now {name!r}."
            issues.append(
                Issue(code="repeated_label", severity="warning", message=text, channel=name)
            )
        names.append(name)
    return names, issues
