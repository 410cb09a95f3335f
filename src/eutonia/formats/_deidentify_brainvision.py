"""Copies of BrainVision recordings without names: header and markers anew, the same samples."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from eutonia.formats import _brainvision_header, brainvision, pseudonyms
from eutonia.formats._deidentify_marks import Copied, kept_names, mark, swept
from eutonia.formats.pseudonyms import Identity

#: Fields that are taken over, with their usual spelling; all others and the comment go.
_COMMON = (
    "DataFormat",
    "DataOrientation",
    "DataType",
    "NumberOfChannels",
    "DataPoints",
    "SamplingInterval",
    "SegmentationType",
    "SegmentDataPoints",
    "Averaged",
    "AveragedSegments",
)
_BINARY = ("BinaryFormat", "ChannelOffset", "UseBigEndianOrder")
_PLAIN = re.compile(r"[A-Za-z0-9_.+-]{0,40}")
_KINDS = frozenset(
    ["stimulus", "response", "sync status", "new segment", "time 0", "bad interval", "comment"]
)


def copy(source: Path, target: Path, identity: Identity) -> Copied:
    """Write header, markers and samples beside each other, under the name of `target`."""
    source = brainvision.leader(source)
    files = _three(source)
    target = target.with_suffix(".vhdr")
    data, marks = target.with_suffix(".eeg"), target.with_suffix(".vmrk")
    header = _brainvision_header.parse(source)
    target.write_text(
        _header(source, header, data.name, marks.name if files[1] else "", identity),
        encoding="utf-8",
        newline="\r\n",
    )
    shutil.copyfile(files[0], data)
    warnings = [kept_names(line.name for line in header.channels)]
    if files[1] is None:
        return Copied(files=(target, data), warnings=tuple(warnings))
    lines, removed = _markers(files[1], data.name, identity)
    marks.write_text(lines, encoding="utf-8", newline="\r\n")
    if removed:
        warnings.append(f"{removed} markers were removed: they are free text.")
    return Copied(files=(target, data, marks), warnings=tuple(warnings))


def _three(source: Path) -> tuple[Path, Path | None]:
    """Return the files of samples and of markers, as reading the recording finds them."""
    (recording,) = brainvision.read(source)
    others = [Path(s.path) for s in recording.sources[1:]]
    return others[0], others[1] if len(others) > 1 else None


def _header(
    source: Path,
    header: _brainvision_header.Header,
    data: str,
    marks: str,
    identity: Identity,
) -> str:
    said = _brainvision_header.sections(source)
    lines = ["Brain Vision Data Exchange Header File Version 1.0", "", "[Common Infos]"]
    lines += ["Codepage=UTF-8", f"DataFile={data}", *([f"MarkerFile={marks}"] if marks else [])]
    lines += _taken(said.get("common infos", {}), _COMMON)
    lines += ["", "[Binary Infos]", *_taken(said.get("binary infos", {}), _BINARY)]
    lines += ["", "[Channel Infos]"]
    stated = said.get("channel infos", {})
    for i in range(1, len(header.channels) + 1):
        if f"ch{i}" in stated:
            name, reference, *rest = [*stated[f"ch{i}"].split(","), ""][:4]
            clean = [swept(name, identity), swept(reference, identity), *rest]
            lines.append(f"Ch{i}={','.join(clean)}")
    places = {k: v for k, v in said.get("coordinates", {}).items() if re.fullmatch(r"ch\d+", k)}
    if places:
        lines += ["", "[Coordinates]"]
        lines += [f"Ch{k[2:]}={v}" for k, v in places.items() if re.fullmatch(r"[\d.,+-]{1,40}", v)]
    return "\n".join([*lines, *_high_pass(header, identity)]) + "\n"


def _taken(said: dict[str, str], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        value = said.get(name.lower())
        if value and _PLAIN.fullmatch(value):
            yield f"{name}={value}"


def _high_pass(header: _brainvision_header.Header, identity: Identity) -> Iterator[str]:
    """Yield the one thing of the comment that measures need: the amplifier's high-pass."""
    known = [(i, c) for i, c in enumerate(header.channels, start=1) if c.high_pass_hz is not None]
    if not known:
        return
    yield from ("", "[Comment]", "", "#     Name      Low Cutoff [Hz]")
    for i, c in known:
        value = f"{c.high_pass_hz:.9f}".rstrip("0") if c.high_pass_hz else "DC"
        yield f"{i}     {swept(c.name, identity)}      {value}"


def _markers(source: Path, data: str, identity: Identity) -> tuple[str, int]:
    """Return the new marker file, and how many markers were removed."""
    kept: list[str] = []
    removed = 0
    for name, text in _brainvision_header.sections(source).get("marker infos", {}).items():
        if not re.fullmatch(r"mk\d+", name):
            continue
        kind, words, *numbers = text.split(",")
        what = mark(words.replace(r"\1", ","), identity).replace(",", r"\1")
        numbers = [n.strip() for n in numbers[:4]]
        known = kind.strip().lower() in _KINDS and all(n.isdigit() or not n for n in numbers[:3])
        if not known or (words.strip() and not what):
            removed += 1
            continue
        numbers[3:] = [_shifted(n, identity) for n in numbers[3:]]
        fields = [kind.strip(), what, *numbers]
        kept.append(f"Mk{len(kept) + 1}={','.join(fields)}")
    lines = ["Brain Vision Data Exchange Marker File Version 1.0", "", "[Common Infos]"]
    lines += ["Codepage=UTF-8", f"DataFile={data}", "", "[Marker Infos]", *kept]
    return "\n".join(lines) + "\n", removed


def _shifted(text: str, identity: Identity) -> str:
    """Return ``20131113161403794232`` shifted by days; zeros where it is no date."""
    if _brainvision_header.start_of(text) is None:
        return "0" * 20
    day = pseudonyms.shifted(f"{text[:4]}-{text[4:6]}-{text[6:8]}", identity.days)
    return day.replace("-", "") + text[8:] if day else "0" * 20
