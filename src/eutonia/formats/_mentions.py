"""Whether a file mentions a pseudonym, also inside what is packed."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

_BLOCK = 2**20


def mentions(path: Path, person: str) -> bool:
    """Whether the pseudonym occurs in a file, or in what a gzip or zip file holds.

    Raises
    ------
    OSError, EOFError, ValueError
        If the file cannot be read to its end.
    """
    if person_in(path.name, person):
        return True
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if _occurs(file, person):
            return True
        file.seek(0)
        if head[:2] == b"\x1f\x8b":
            with gzip.open(file, "rb") as unpacked:
                return _occurs(unpacked, person)
        if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            return _in_zip(file, person)
    return False


def person_in(text: str, person: str) -> bool:
    """Whether a text names the person, and not one whose pseudonym begins alike."""
    return _pattern(person).search(text.encode("utf-8", "surrogateescape")) is not None


def _in_zip(file: IO[bytes], person: str) -> bool:
    try:
        with zipfile.ZipFile(file) as packed:
            for member in packed.infolist():
                if person_in(member.filename, person):
                    return True
                with packed.open(member) as one:
                    if _occurs(one, person):
                        return True
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ValueError(str(error)) from error  # damaged, or locked with a password
    return False


def _pattern(person: str) -> re.Pattern[bytes]:
    # In UTF-16 every other byte is 0; there the end of the word is not looked at.
    wide = re.escape(person.encode("utf-16-le"))
    plain = re.escape(person.encode())
    return re.compile(rb"(?<![A-Za-z0-9])" + plain + rb"(?![A-Za-z0-9+])|" + wide)


def _occurs(file: IO[bytes] | gzip.GzipFile, person: str) -> bool:
    pattern, kept = _pattern(person), b""
    overlap = 2 * len(person) + 2
    while block := _read(file):
        text = kept + block
        # The last bytes are looked at again with the next block: the word may go on there.
        if any(m.end() < len(text) for m in pattern.finditer(text)):
            return True
        kept = text[-overlap:]
    return pattern.search(kept) is not None


def _read(file: IO[bytes] | gzip.GzipFile) -> bytes:
    try:
        return file.read(_BLOCK)
    except zlib.error as error:
        raise ValueError(f"damaged: {error}") from error
