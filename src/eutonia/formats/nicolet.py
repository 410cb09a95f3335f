"""Nicolet ``.data`` with ``.head``, the form of the EPILEPSIAE data base.

By the description in MNE's reader and the headers' own words: not tried on a real file. One factor
turns all numbers into microvolts. Numbers have 2 bytes, or 4 where the header says so, which MNE
1.13 does not look at. Nicolet's own ``.e`` is another format.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite
from pathlib import Path

from eutonia.formats import WALL, Format
from eutonia.formats._binary import BinarySignal
from eutonia.formats._library import beside, sources
from eutonia.formats._names import unique
from eutonia.formats.sites import places
from eutonia.model import Channel, Clock, Issue, Recording, UnreadableFile

_TYPES = {2: "<i2", 4: "<i4"}


def leader(path: Path) -> Path:
    """Return the samples that a header describes."""
    found = beside(path, ".data") if path.suffix.lower() == ".head" else ()
    return found[0] if found else path


def looks_like_nicolet(path: Path) -> bool:
    """Whether a file is named ``.data`` and has a header ``.head`` beside it."""
    return leader(path).suffix.lower() == ".data" and bool(beside(path, ".head"))


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Nicolet recording.

    Raises
    ------
    UnreadableFile
        If the header is missing or damaged, or there are no samples.
    """
    path = leader(path)
    head = beside(path, ".head")
    if not head:
        raise UnreadableFile(f"{path}: the header {path.stem}.head is missing. Copy it beside it.")
    fields = _fields(head[0])
    try:
        names, rate, signal, stated = _signal(path, fields)
    except (KeyError, ValueError, OverflowError) as error:
        raise UnreadableFile(
            f"{head[0]}: this header of a Nicolet recording is damaged ({error}). Copy it again."
        ) from error
    if signal.n_samples < 1:
        raise UnreadableFile(f"{path}: holds no samples. Copy it again.")
    labels, issues = unique(names)
    if signal.n_samples < stated:
        text = f"The file ends after {signal.n_samples} of {stated} samples: it is truncated."
        issues.append(Issue(code="truncated", severity="warning", message=text))
    start = _start(fields.get("start_ts", ""))
    at = places(labels, units=signal.units)
    return (
        Recording(
            id=path.name,
            kind="",
            channels=tuple(
                Channel(name=label, kind=of.kind, unit="uV", site=of.site, side=of.side)
                for label, of in zip(labels, at, strict=True)
            ),
            clock=Clock(id=path.name) if start is None else Clock(id=WALL, offset_s=start),
            signal=signal,
            rate_hz=rate,
            sources=sources(path, path, head),
            issues=tuple(issues),
        ),
    )


def _fields(head: Path) -> dict[str, str]:
    """Return the lines ``name=value``; who was recorded is not passed on."""
    raw = head.read_bytes()[: 2**22]
    lines = raw.decode("utf-8", errors="replace").lstrip("\ufeff").splitlines()
    parts = (line.partition("=") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in parts}


def _signal(path: Path, fields: dict[str, str]) -> tuple[list[str], float, BinarySignal, int]:
    """Return names, rate, samples and how many of these are stated."""
    names = [name.strip() for name in fields["elec_names"].strip("[]").split(",")]
    rate, factor = float(fields["sample_freq"]), float(fields["conversion_factor"])
    n_bytes = int(fields.get("sample_bytes") or 2)
    n, stated = int(fields["num_channels"]), int(fields["num_samples"])
    if n != len(names) or n_bytes not in _TYPES:
        raise ValueError(f"{n} channels, {len(names)} names, {n_bytes} bytes for each number")
    if not 0 < rate < 1e7 or not isfinite(factor) or factor == 0 or stated < 1:
        raise ValueError(f"{stated} samples at {rate:g} Hz, factor {factor:g}")
    held = path.stat().st_size // (n * n_bytes)
    signal = BinarySignal(
        path=str(path.resolve()),
        dtype=_TYPES[n_bytes],
        n_channels=n,
        n_samples=min(held, stated),
        vectorized=False,
        gain=(factor,) * n,
        units=("uV",) * n,
    )
    return names, rate, signal, stated


def _start(stamp: str) -> float | None:
    """Return the start as seconds since 1970, as the device's clock showed it."""
    try:
        return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


FORMAT = Format(
    id="nicolet",
    title="Nicolet data",
    suffixes=(".data",),
    reads=looks_like_nicolet,
    read=read,
    leader=leader,
)
