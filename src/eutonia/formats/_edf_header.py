"""The header of EDF, EDF+ and BDF files: parsed, checked, and repaired where that is safe."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from eutonia.model import Issue, UnreadableFile

_START = re.compile(rb"\d\d\.\d\d\.\d\d\d\d\.\d\d\.\d\d")
_HIGH_PASS = re.compile(r"HP\s*:?\s*(?:(DC)|(\d+(?:[.,]\d+)?)\s*(m?)Hz)", re.IGNORECASE)
_START_AT = 168  # byte of the start date in the fixed part (Kemp et al. 1992)
_FIXED = 256
_SLACK = 16  # bytes by which a shifted header is still recognised
#: Fields of each signal and their widths in bytes, in the order of the file.
FIELDS = {
    "label": 16,
    "transducer": 80,
    "unit": 8,
    "physical minimum": 8,
    "physical maximum": 8,
    "digital minimum": 8,
    "digital maximum": 8,
    "prefilter": 80,
    "samples per record": 8,
    "reserved": 32,
}
_MOST_SIGNALS = 9999  # four digits in the header


@dataclass(frozen=True, kw_only=True)
class Header:
    """What an EDF header says, after repair.

    Parameters
    ----------
    sample_bytes : int
        2 for EDF, 3 for BDF.
    continuity : {'', 'C', 'D'}
        Plain, EDF+C or EDF+D.
    recording : str
        The recording field; used for the device and the word SIMULATED only.
    start_s : float or None
        Seconds since 1970 as stated; None where it is a placeholder.
    data_at : int
        Byte of the first sample.
    patient_name : str
        The name in a header of EDF+, only to be struck out of annotations.
    n_records, record_s
        Data records that are wholly in the file, and the seconds of each.
    labels, units, physical, digital, samples, high_pass_hz
        One entry per signal; `samples` per record; `high_pass_hz` None where none is stated.
    """

    sample_bytes: int
    continuity: str
    recording: str
    patient_name: str
    start_s: float | None
    data_at: int
    n_records: int
    record_s: float
    labels: tuple[str, ...]
    units: tuple[str, ...]
    physical: tuple[tuple[float, float], ...]
    digital: tuple[tuple[float, float], ...]
    samples: tuple[int, ...]
    high_pass_hz: tuple[float | None, ...] = ()
    issues: tuple[Issue, ...] = ()

    @property
    def record_bytes(self) -> int:
        """Bytes of one data record."""
        return sum(self.samples) * self.sample_bytes

    @property
    def columns(self) -> tuple[int, ...]:
        """First byte of each signal in a data record."""
        at = [0]
        for n in self.samples[:-1]:
            at.append(at[-1] + n * self.sample_bytes)
        return tuple(at)


def looks_like_edf(path: Path) -> bool:
    """Whether the first bytes are those of an EDF or BDF file."""
    with path.open("rb") as file:
        head = file.read(_FIXED)
    return head[:8] in (b"0       ", b"\xffBIOSEMI") or (
        head[:1] == b"0" and _START.search(head) is not None
    )


def parse(path: Path) -> Header:
    """Read and check the header.

    Raises
    ------
    UnreadableFile
        Naming the field that makes no sense, or the byte where the file ends too early.
    """
    with path.open("rb") as file:
        fixed, missing = _realign(file.read(_FIXED + _SLACK))
        if len(fixed) < _FIXED:
            raise UnreadableFile(
                f"{path}: the EDF header ends after {len(fixed)} of {_FIXED} bytes; the file is "
                "truncated. Copy it again from the recorder."
            )
        n_signals = int(_number(fixed[252:256], "number of signals", path))
        if not 1 <= n_signals <= _MOST_SIGNALS:
            raise _absurd(path, "number of signals", str(n_signals), "1 to 9999")
        file.seek(_FIXED - missing)
        per_signal = file.read(_FIXED * n_signals)
    if len(per_signal) < _FIXED * n_signals:
        raise UnreadableFile(
            f"{path}: the EDF header promises {n_signals} signals but ends early; the file is "
            "truncated. Copy it again from the recorder."
        )
    header = _signals(path, fixed, per_signal)
    issues: list[Issue] = []
    data_at = _FIXED * (n_signals + 1) - missing
    if missing:
        issues.append(
            Issue(
                code="header_repaired",
                severity="warning",
                message=f"The EDF header is {abs(missing)} byte(s) too "
                f"{'short' if missing > 0 else 'long'} before the start date; all later fields "
                "were shifted back, and the file's length fits after that.",
            )
        )
    elif (stated := fixed[184:192].strip()) != str(data_at).encode():
        issues.append(
            Issue(
                code="header_length",
                severity="warning",
                message=f"The EDF header states a length of {_text(stated)!r} bytes; {n_signals} "
                f"signals need {data_at}, which was used.",
            )
        )
    header = replace(header, data_at=data_at, issues=tuple(issues))
    return _count_records(path, header, fixed[236:244], exact=bool(missing))


def _realign(raw: bytes) -> tuple[bytes, int]:
    """Put the start date where it belongs when blanks are missing or extra before it."""
    found = _START.search(raw)
    missing = _START_AT - found.start() if found else 0
    if found is None or missing == 0 or abs(missing) > _SLACK:
        return raw[:_FIXED], 0
    at = found.start()
    if missing > 0:
        return raw[:at] + b" " * missing + raw[at : _FIXED - missing], missing
    if raw[_START_AT:at].strip():
        return raw[:_FIXED], 0
    return raw[:_START_AT] + raw[at : _FIXED - missing], missing


def _signals(path: Path, fixed: bytes, raw: bytes) -> Header:
    n = len(raw) // _FIXED
    fields: dict[str, list[bytes]] = {}
    at = 0
    for name, width in FIELDS.items():
        fields[name] = [raw[at + i * width : at + (i + 1) * width] for i in range(n)]
        at += n * width

    def numbers(name: str) -> list[float]:
        labels = fields["label"]
        return [
            _number(b, f"{name} of signal {i + 1} ({_text(labels[i])})", path)
            for i, b in enumerate(fields[name])
        ]

    record_s = _number(fixed[244:252], "duration of a data record", path)
    samples = tuple(int(v) for v in numbers("samples per record"))
    if min(samples) < 0 or sum(samples) == 0:
        raise _absurd(path, "samples per record", str(min(samples)), "a positive number")
    labels = tuple(_text(b) for b in fields["label"])
    signals = [s for s, label in zip(samples, labels, strict=True) if not is_annotation(label)]
    if record_s < 0 or (record_s == 0 and any(signals)):
        raise _absurd(path, "duration of a data record", f"{record_s:g}", "above 0 seconds")
    bdf = fixed[:1] == b"\xff"
    reserved = _text(fixed[192:236])
    return Header(
        sample_bytes=3 if bdf else 2,
        continuity=reserved[4:5] if reserved[:4] in ("EDF+", "BDF+") else "",
        recording=_text(fixed[88:168]),
        patient_name=_patient_name(_text(fixed[8:88])),
        start_s=_start(fixed[168:184]),
        data_at=0,
        n_records=0,
        record_s=record_s,
        labels=labels,
        units=tuple(_text(b) for b in fields["unit"]),
        physical=tuple(zip(numbers("physical minimum"), numbers("physical maximum"), strict=True)),
        digital=tuple(zip(numbers("digital minimum"), numbers("digital maximum"), strict=True)),
        samples=samples,
        high_pass_hz=tuple(_high_pass(_text(b)) for b in fields["prefilter"]),
    )


def _patient_name(patient: str) -> str:
    """Return the name of the patient from EDF+'s code, sex, birth and name."""
    words = patient.split()
    return " ".join(words[3:]) if words[1:2] in (["M"], ["F"], ["X"]) else ""


def _high_pass(prefilter: str) -> float | None:
    """Return the high-pass in Hz that a prefilter field states, such as ``HP:0.1Hz LP:75Hz``."""
    found = _HIGH_PASS.search(prefilter)
    if found is None:
        return None
    if found[1]:
        return 0.0
    return float(found[2].replace(",", ".")) * (1e-3 if found[3] else 1.0)


def _count_records(path: Path, header: Header, stated: bytes, *, exact: bool) -> Header:
    """Hold the stated number of records against the file's length."""
    promised = int(_number(stated, "number of data records", path))
    available, rest = divmod(path.stat().st_size - header.data_at, header.record_bytes)
    if exact and (available != promised or rest):
        raise UnreadableFile(
            f"{path}: the EDF header is shifted and the file's length does not fit the repaired "
            "header, so the samples cannot be placed. Export the recording again."
        )
    if available < 1:
        raise UnreadableFile(
            f"{path}: the file ends before its first data record is complete. Copy it again."
        )
    issues = list(header.issues)
    seconds = header.record_s
    if promised in (-1, 0):
        issues.append(
            _issue("record_count", f"The number of data records was not filled in; {available} fit")
        )
        promised = available
    elif available < promised:
        issues.append(
            _issue(
                "truncated",
                f"The file is truncated: {available} of {promised} data records are complete "
                f"({available * seconds:g} of {promised * seconds:g} s); these were read",
            )
        )
    elif available > promised:
        issues.append(
            _issue(
                "record_count",
                f"The file is longer than its header says ({available} instead of {promised} data "
                "records); only those of the header were read",
            )
        )
    if rest and available < promised:
        issues.append(
            _issue("part_record", f"An incomplete last record ({rest} bytes) is left out")
        )
    return replace(header, n_records=min(promised, available), issues=tuple(issues))


def is_annotation(label: str) -> bool:
    """Whether a signal holds EDF+ annotations and no samples."""
    return label in ("EDF Annotations", "BDF Annotations")


def _start(raw: bytes) -> float | None:
    """Return the start as seconds since 1970; None for placeholders and nonsense."""
    if _START.fullmatch(raw) is None:
        return None
    day, month, year, hour, minute, second = (int(raw[i : i + 2]) for i in (0, 3, 6, 8, 11, 14))
    year += 1900 if year >= 85 else 2000
    if (day, month, hour, minute, second) == (1, 1, 0, 0, 0):
        return None  # what writers put for "not known"
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _number(raw: bytes, field: str, path: Path) -> float:
    text = _text(raw).replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _absurd(path, field, text, "a number")
    return value


def _text(raw: bytes) -> str:
    raw = raw.strip(b"\x00 \t\r\n")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _absurd(path: Path, field: str, value: str, allowed: str) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the EDF header is damaged: {field} is {value!r}, which should be {allowed}. "
        "Export the recording again."
    )


def _issue(code: str, message: str) -> Issue:
    return Issue(code=code, severity="warning", message=message + ".")
