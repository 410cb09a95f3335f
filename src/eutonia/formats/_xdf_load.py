"""An XDF file decoded by pyxdf: checked first, silenced, and with its samples in bounded memory."""

from __future__ import annotations

import logging
import mmap
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import _store, _xdf_chunks
from eutonia.formats._xdf_chunks import Survey
from eutonia.formats.signals import Stored
from eutonia.model import ArraySignal, Floats, Signal, UnreadableFile

_LARGE_BYTES = 2**23  # larger files keep their samples on disk, not in memory

Tree = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One stream as pyxdf returns it.

    Parameters
    ----------
    id : int
        Its number in the file.
    info, footer : dict
        Header and footer; pyxdf makes every element a list.
    stamps_s : ndarray, shape (n_samples,)
        On the common clock, with their jitter.
    words : list of list of str
        Samples of a stream of strings.
    signal : Signal or None
        Samples of a stream of numbers.
    resets : tuple of int
        Samples from which the sender's clock is another one.
    has_offsets : bool
        Whether its clock was measured against the recorder's.
    """

    id: int
    info: Tree
    footer: Tree
    stamps_s: Floats
    words: list[list[str]]
    signal: Signal | None
    resets: tuple[int, ...]
    has_offsets: bool


def load(path: Path, sha256: str) -> tuple[tuple[Stream, ...], Survey]:
    """Return the streams of an XDF file, in its order, and what was found damaged.

    Raises
    ------
    UnreadableFile
        If no stream can be decoded.
    """
    with ExitStack() as stack:
        plain, cut = _plain(path, stack)
        data = stack.enter_context(mmap.mmap(plain.fileno(), 0, access=mmap.ACCESS_READ))
        found = _xdf_chunks.survey(data)
        found.cut |= cut
        if not found.streams:
            raise UnreadableFile(
                f"{path}: the XDF file holds no stream with a sound header. Copy it again."
            )
        source: BinaryIO = plain
        if not found.sound:
            source = _temporary(stack)
            found.copy_to(data, source)
        source.seek(0)
        on_disk = _OnDisk(sha256) if len(data) > _LARGE_BYTES else None
        streams = _decoded(path, source, on_disk)
        if on_disk:
            on_disk.close()
    return tuple(_stream(s, path, on_disk) for s in streams), found


def _plain(path: Path, stack: ExitStack) -> tuple[BinaryIO, bool]:
    """Open a file, unpacked to a temporary one where it is packed; say if the packing is cut."""
    file = stack.enter_context(path.open("rb"))
    packed = file.read(2) == b"\x1f\x8b"
    if not packed:
        return file, False
    file.seek(0)
    plain = _temporary(stack)
    cut = not _unpack(file, plain)
    if plain.tell() < len(_xdf_chunks.MAGIC):
        raise UnreadableFile(f"{path}: nothing can be unpacked from this file. Copy it again.")
    plain.flush()
    return plain, cut


def _temporary(stack: ExitStack) -> BinaryIO:
    return cast("BinaryIO", stack.enter_context(tempfile.TemporaryFile()))


def _unpack(packed: BinaryIO, plain: BinaryIO) -> bool:
    """Unpack all that can be; return whether that was everything."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        while block := packed.read(2**16):
            plain.write(unpacker.decompress(block))
            while unpacker.eof and unpacker.unused_data.strip(b"\0"):  # one more member
                block = unpacker.unused_data
                unpacker = zlib.decompressobj(wbits=31)
                plain.write(unpacker.decompress(block))
    except zlib.error:
        return False
    return unpacker.eof


@dataclass
class _OnDisk:
    """Takes samples chunk by chunk and writes them to one array file per stream."""

    name: str
    files: dict[int, BinaryIO] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)

    def __call__(
        self, values: Any, stamps: Floats, info: Tree, stream: int
    ) -> tuple[Any, Floats, Tree]:
        """Write numbers and forget them; words pass through."""
        if isinstance(values, list):
            return values, stamps, info
        if stream not in self.files:
            target = _store.new_file(f"{self.name}-{stream}")
            self.paths[stream] = str(target)
            self.files[stream] = target.open("wb")
        self.files[stream].write(np.ascontiguousarray(values, dtype=np.float64).tobytes())
        return values[:, :0], stamps, info

    def close(self) -> None:
        """End the files."""
        for file in self.files.values():
            file.close()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pyxdf's log and NumPy's warnings from the user: issues say what is wrong."""
    logger = logging.getLogger("pyxdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _decoded(path: Path, source: BinaryIO, on_disk: _OnDisk | None) -> list[Tree]:
    import pyxdf

    try:
        with _quiet():
            # Stamps are made even later: pyxdf smears pauses below a second or 500 samples.
            streams, _ = pyxdf.load_xdf(source, on_chunk=on_disk, dejitter_timestamps=False)
    except Exception as error:  # pyxdf documents none of those it raises
        raise UnreadableFile(
            f"{path}: the XDF file cannot be decoded ({type(error).__name__}: {error}). Copy it "
            "again from the recording computer."
        ) from error
    return cast("list[Tree]", streams)


def _stream(found: Tree, path: Path, on_disk: _OnDisk | None) -> Stream:
    info = found["info"]
    number = int(info["stream_id"])
    stamps: Floats = np.asarray(found["time_stamps"], dtype=np.float64)
    values: NDArray[np.generic] | list[list[str]] = found["time_series"]
    words: list[list[str]] = []
    signal: Signal | None = None
    if isinstance(values, list):
        words = values
    elif on_disk and number in on_disk.paths:
        n_channels = int(info["channel_count"][0])
        signal = Stored(
            on_disk.paths[number],
            n_channels,
            len(stamps),
            tuple(range(n_channels)),
            str(path.resolve()),
        )
    else:
        signal = ArraySignal(np.ascontiguousarray(values.T, dtype=np.float64))
    footer = found.get("footer", {})
    footer = footer.get("info") if isinstance(footer, dict) else {}
    return Stream(
        id=number,
        info=info,
        footer=footer if isinstance(footer, dict) else {},
        stamps_s=stamps,
        words=words,
        signal=signal,
        resets=tuple(int(a) for a, _ in info["clock_segments"][1:]),
        has_offsets=bool(found["clock_times"]),
    )
