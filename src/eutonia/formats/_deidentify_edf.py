"""Copies of EDF, EDF+ and BDF files without names: a new header, the same samples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

from eutonia.formats import _edf_header
from eutonia.formats._deidentify_marks import CannotDeidentify, Copied, kept_names, mark, swept
from eutonia.formats._edf_header import Header, is_annotation
from eutonia.formats.pseudonyms import Identity

_TAL = re.compile(rb"([+-]\d+(?:\.\d*)?)(\x15\d+(?:\.\d*)?)?\x14([^\x00]*)")
_FILTER = re.compile(r"(?:(?:HP|LP|BP|N|Notch)\s*:?\s*(?:DC|[\d.,]+\s*m?(?:Hz)?)?[\s;,]*)*", re.I)
_STARTDATE = re.compile(r"Startdate (\d{2})-([A-Z]{3})-(\d{4})")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
#: What writers put where the date is not known.
_NO_DATE = "01.01.85"
_BLOCK = 2**22


def copy(source: Path, target: Path, identity: Identity) -> Copied:
    """Write a copy with a new header and looked-through annotations.

    Patient, recording, transducer and reserved fields are emptied, dates shifted; samples, their
    scale and the time of day stay. What follows the last data record is left out.
    """
    header = _edf_header.parse(source)
    if any(i.code == "header_repaired" for i in header.issues):
        raise CannotDeidentify(
            f"{source}: its header is shifted, so that its fields cannot be told apart. Export the "
            "recording again and copy that."
        )
    warnings: list[str] = []
    with source.open("rb") as file, target.open("wb") as out:
        fixed = file.read(256)
        signals = file.read(256 * len(header.labels))
        out.write(_fixed(fixed, header, identity, warnings))
        out.write(_signals(signals, header, identity))
        file.seek(header.data_at)
        removed = _records(file, out, header, identity)
    shown = [x for x in header.labels if not is_annotation(x)]
    warnings.append(kept_names(shown))
    if removed:
        warnings.append(f"{removed} annotations were removed: they are free text.")
    end = header.data_at + header.n_records * header.record_bytes
    if source.stat().st_size > end:
        left = source.stat().st_size - end
        warnings.append(f"{left} bytes after the last data record were left out.")
    return Copied(files=(target,), warnings=tuple(warnings))


def _fixed(raw: bytes, header: Header, identity: Identity, warnings: list[str]) -> bytes:
    """Return the first 256 bytes; only version, time, duration and counts are taken over."""
    day = _shifted_day(raw, header, identity)
    if day is None:
        warnings.append("The start date is not known or out of range; it was left out.")
    clock = raw[176:184] if re.fullmatch(rb"\d\d\.\d\d\.\d\d", raw[176:184]) else b"00.00.00"
    simulated = "SIMULATED" if "SIMULATED" in re.split(r"[\W_]+", header.recording) else "X"
    stated = f"{day:%d}-{_MONTHS[day.month - 1]}-{day:%Y}" if day else "X"
    kind = "BDF" if header.sample_bytes == 3 else "EDF"
    plain = "24BIT" if header.sample_bytes == 3 else ""
    fields = (
        (raw[:8].decode("latin-1"), 8),
        (f"{identity.new} X X X", 80),
        (f"Startdate {stated} {simulated} X X", 80),
        (f"{day:%d.%m.%y}" if day else _NO_DATE, 8),
        (clock.decode(), 8),
        (str(256 * (len(header.labels) + 1)), 8),
        (f"{kind}+{header.continuity}" if header.continuity else plain, 44),
        (str(header.n_records), 8),
        (raw[244:252].decode("latin-1"), 8),
        (str(len(header.labels)), 4),
    )
    return b"".join(text.encode("latin-1").ljust(width)[:width] for text, width in fields)


def _shifted_day(raw: bytes, header: Header, identity: Identity) -> date | None:
    """Return the shifted start date; None where there is none that the header can hold."""
    found = _STARTDATE.search(header.recording)
    try:
        if found and found[2] in _MONTHS:
            day = date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
        elif header.start_s is None:
            return None
        else:
            dd, mm, yy = (int(x) for x in raw[168:176].decode("ascii").split("."))
            day = date(yy + (1900 if yy >= 85 else 2000), mm, dd)
        new = day + timedelta(days=identity.days)
    except (ValueError, OverflowError):
        return None
    return new if 1985 <= new.year <= 2084 else None


def _signals(raw: bytes, header: Header, identity: Identity) -> bytes:
    """Return the fields of all signals: free ones emptied, scales and counts as they are."""
    n, at, out = len(header.labels), 0, []
    for name, width in _edf_header.FIELDS.items():
        for i in range(n):
            text = raw[at : at + width]
            at += width
            free = name == "prefilter" and not _FILTER.fullmatch(text.decode("latin-1").strip())
            if free or name in ("transducer", "reserved"):
                text = b""
            elif name == "label" and not is_annotation(header.labels[i]):
                new = swept(header.labels[i], identity)
                text = text if new == header.labels[i] else new.encode("latin-1", "replace")
            out.append(text.ljust(width)[:width])
    return b"".join(out)


def _records(file: BinaryIO, out: BinaryIO, header: Header, identity: Identity) -> int:
    """Copy the data records; return how many annotations were removed."""
    size = header.record_bytes
    slots = [
        (at, at + n * header.sample_bytes)
        for at, n, label in zip(header.columns, header.samples, header.labels, strict=True)
        if is_annotation(label)
    ]
    removed = 0
    step = max(1, _BLOCK // size)
    for first in range(0, header.n_records, step):
        block = bytearray(file.read(size * min(step, header.n_records - first)))
        for start in range(0, len(block) if slots else 0, size):
            for a, b in slots:
                clean, gone = _annotations(bytes(block[start + a : start + b]), identity)
                block[start + a : start + b] = clean
                removed += gone
        out.write(block)
    return removed


def _annotations(slot: bytes, identity: Identity) -> tuple[bytes, int]:
    """Return one record's annotations, of the same length, and how many texts went."""
    kept: list[bytes] = []
    removed, room = 0, len(slot)
    for tal in _TAL.finditer(slot):
        texts = tal[3].split(b"\x14")
        found = [t for t in texts if t]
        stay = [t for t in _kept(found, identity) if t]
        # The first one states when the record began; its first text is empty.
        keeper = texts[0] == b"" and not kept
        if stay or keeper:
            lead = tal[1] + (tal[2] or b"") + b"\x14" + (b"\x14" if keeper else b"")
            new = lead + b"".join(t + b"\x14" for t in stay) + b"\x00"
            if len(new) > room:  # a scanned text can be longer than before
                stay, new = [], lead + b"\x00"
            if stay or keeper:
                kept.append(new[:room])
                room -= len(new)
        removed += len(found) - len(stay)
    return b"".join(kept).ljust(len(slot), b"\x00"), removed


def _kept(texts: list[bytes], identity: Identity) -> Iterator[bytes]:
    for text in texts:
        yield mark(text.decode("utf-8", errors="replace"), identity).encode()
