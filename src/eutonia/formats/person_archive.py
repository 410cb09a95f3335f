"""Everything about one person in one zip file with a readable index: the right of access."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from eutonia.formats import audit, bids, suffix
from eutonia.formats.one_person import Holdings, lines_of
from eutonia.model import EutoniaError

INDEX = "INDEX.txt"
_BLOCK = 2**20
#: What a file is, by its name, in plain words.
_NAMED = {
    "report.html": "report to read",
    "report.pdf": "report to read",
    "assessment.json": "all numbers of an assessment",
    "findings.csv": "the findings as a table",
    "manifest.json": "what the assessment was made from",
    "evidence.npz": "curves behind the figures",
    "intake": "answers about the state at a visit",
    "person": "history",
    "diary": "diary",
    "examination": "what an examiner saw and scored",
    "channels": "names of the channels of a recording",
    "electrodes": "places of electrodes",
    "events": "what happened when during a recording",
    "scans": "list of the recordings of a visit, with times",
    "sessions": "list of the visits",
}


def archive(holdings: Holdings, out: Path) -> Path:
    """Write everything about one person into a zip file that only its owner can read.

    Files named after the person go in as they are, tables of several people with this person's
    rows only, and the person's lines of the audit log. Other files that mention the person are
    named in the index, because they are about others too.

    Raises
    ------
    EutoniaError
        If the file exists, or would lie inside the data set.
    """
    out = Path(out)
    if out.exists() or out.is_symlink():
        raise EutoniaError(f"{out} exists already; name another file.")
    if out.resolve().is_relative_to(holdings.root):
        raise EutoniaError(f"{out} would lie inside the data set; name a file outside of it.")
    made = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with (
            os.fdopen(made, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as packed,
        ):
            listed = [_add(packed, holdings.root / f, f.as_posix()) for f in holdings.files]
            listed += _add_rows(packed, holdings)
            packed.writestr(INDEX, _index(holdings, listed))
    except BaseException:
        out.unlink(missing_ok=True)  # half an archive is none
        raise
    return out


def _add(packed: zipfile.ZipFile, path: Path, name: str) -> tuple[str, int, str, str]:
    """Put one file in; return its name, bytes, SHA-256 and what it is."""
    digest, size = sha256(), 0
    info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    info.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as source, packed.open(info, "w", force_zip64=True) as target:
        while block := source.read(_BLOCK):
            target.write(block)
            digest.update(block)
            size += len(block)
    return name, size, digest.hexdigest(), in_words(path)


def _add_rows(packed: zipfile.ZipFile, holdings: Holdings) -> list[tuple[str, int, str, str]]:
    found = [
        (f"rows/{table.as_posix()}", b"".join(lines_of(holdings, table)), "rows of a table")
        for table, _ in holdings.rows
    ]
    lines = [asdict(e) for e in audit.entries(holdings.root) if audit.concerns(e, holdings.person)]
    if lines:
        text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
        found.append(("audit.jsonl", text.encode(), "who did what with the data, when"))
    for name, body, _ in found:
        packed.writestr(name, body)
    return [(name, len(body), sha256(body).hexdigest(), what) for name, body, what in found]


def in_words(path: Path) -> str:
    """Say in plain words what a file is."""
    last = bids.stem(path).split("_")[-1].split("-")[0]
    said = _NAMED.get(path.name) or _NAMED.get(last)
    if path.parent.name == "landmarks" and suffix(path) == ".npz":
        return "landmarks of a face, hands or a body in a video"
    kind = bids.modality(path)
    if said is None and kind and suffix(path) == ".json":
        return f"description of a recording ({kind})"
    return said or (f"recording ({kind})" if kind in bids.SUFFIX_KIND else "file")


def _index(holdings: Holdings, listed: list[tuple[str, int, str, str]]) -> str:
    """Return the index as text for people."""
    today = datetime.now(UTC).date().isoformat()
    lines = [
        f"Everything that this data set holds about {holdings.person}, as of {today}.",
        "",
        f"{len(listed)} files. The last column proves that a file is unchanged (SHA-256).",
        "Recordings open with free programs for EDF; tables and texts with any editor.",
        "Figures and words of reports say what differs, and are no diagnosis.",
        "",
    ]
    widest = max((len(name) for name, *_ in listed), default=0)
    lines += [f"{n:<{widest}}  {size:>12}  {what:<44}  {sha}" for n, size, sha, what in listed]
    others = (
        (holdings.mentions, "Files that mention this person, and are about others too:"),
        (holdings.unread, "Files that could not be looked through:"),
        (holdings.links, "Links that lead out of the data set, not followed:"),
        (holdings.versions, "Folders with earlier versions of files, not looked through:"),
    )
    for paths, words in others:
        if paths:
            lines += ["", words, *(f"  {p.as_posix()}" for p in paths)]
    return "\n".join(lines) + "\n"
