"""Copies of WAV and FLAC files without texts: the chunks that sound needs, and the same samples."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from eutonia.formats._deidentify_marks import CannotDeidentify, Copied
from eutonia.formats.pseudonyms import Identity

_VOICE = "A voice can be recognised, whatever stands in the header."
#: Chunks that are needed to decode; titles, comments, places and dates (LIST, bext, id3…) go.
_NEEDED = (b"fmt ", b"fact", b"data", b"ds64")
#: Blocks of FLAC that are needed: STREAMINFO and SEEKTABLE.
_FLAC_NEEDED = (0, 3)
_UNKNOWN_SIZE = 0xFFFFFFFF
_BLOCK = 2**20


def copy_wav(source: Path, target: Path, identity: Identity) -> Copied:  # noqa: ARG001 - no text stays
    """Write a WAV or RF64 file with its format and samples only."""
    left_out: list[str] = []
    with source.open("rb") as file, target.open("wb") as out:
        head = file.read(12)
        if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
            raise _damaged(source, "it does not begin like a WAV file")
        out.write(head)
        wide, found = 0, set()
        while len(lead := file.read(8)) == 8:
            name, size = lead[:4], struct.unpack("<I", lead[4:])[0]
            if name == b"data" and size == _UNKNOWN_SIZE:
                if head[:4] != b"RF64" or not wide:
                    raise _damaged(source, "the length of its samples is not filled in")
                size = wide
            if name not in _NEEDED or name in found:
                left_out.append(name.decode("latin-1").strip())
                file.seek(size + size % 2, 1)
                continue
            found.add(name)
            out.write(lead)
            if name == b"ds64":
                body = file.read(size)
                wide = struct.unpack("<Q", body[8:16])[0] if len(body) >= 24 else 0
                out.write(body)
            elif _pour(file, out, size) < size:
                raise _damaged(source, f"its {name.decode().strip()} chunk ends too early")
            if size % 2:
                file.read(1)
                out.write(b"\0")
        if not {b"fmt ", b"data"} <= found:
            raise _damaged(source, "it holds no samples")
    _set_size(target, wide=head[:4] == b"RF64")
    gone = f"Left out: {', '.join(dict.fromkeys(left_out))}." if left_out else ""
    return Copied(files=(target,), warnings=tuple(w for w in (gone, _VOICE) if w))


def _set_size(target: Path, *, wide: bool) -> None:
    """Write the length of the file where it is stated."""
    size = target.stat().st_size - 8
    with target.open("r+b") as out:
        if not wide:
            out.seek(4)
            out.write(struct.pack("<I", size))
            return
        head = out.read(20)
        if head[12:16] == b"ds64":
            out.write(struct.pack("<Q", size))


def copy_flac(source: Path, target: Path, identity: Identity) -> Copied:  # noqa: ARG001 - as above
    """Write a FLAC file with its stream information, seek table and frames only."""
    blocks: list[tuple[int, bytes]] = []
    with source.open("rb") as file, target.open("wb") as out:
        if file.read(4) != b"fLaC":
            raise _damaged(source, "it does not begin like a FLAC file")
        last, dropped = False, 0
        while not last:
            lead = file.read(4)
            body = file.read(int.from_bytes(lead[1:], "big"))
            if len(lead) < 4 or len(body) < int.from_bytes(lead[1:], "big"):
                raise _damaged(source, "its description ends too early")
            last, kind = bool(lead[0] & 0x80), lead[0] & 0x7F
            if kind in _FLAC_NEEDED:
                blocks.append((kind, body))
            else:
                dropped += 1
        if not blocks or blocks[0][0] != 0:
            raise _damaged(source, "it has no stream information")
        out.write(b"fLaC")
        for i, (kind, body) in enumerate(blocks):
            flag = 0x80 if i == len(blocks) - 1 else 0
            out.write(bytes([kind | flag]) + len(body).to_bytes(3, "big") + body)
        end = source.stat().st_size
        with source.open("rb") as tail:  # an old tag of 128 bytes may follow the frames
            tail.seek(max(0, end - 128))
            end -= 128 if tail.read(3) == b"TAG" else 0
        _pour(file, out, end - file.tell())
    gone = f"{dropped} blocks of tags, pictures and padding were left out." if dropped else ""
    return Copied(files=(target,), warnings=tuple(w for w in (gone, _VOICE) if w))


def _pour(file: BinaryIO, out: BinaryIO, size: int) -> int:
    done = 0
    while done < size and (block := file.read(min(_BLOCK, size - done))):
        done += out.write(block)
    return done


def _damaged(path: Path, what: str) -> CannotDeidentify:
    return CannotDeidentify(f"{path}: {what}. Export the sound again and copy that.")
