"""WAV, FLAC and OGG sound through libsndfile; blocks are decoded as they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eutonia.formats import Format
from eutonia.formats.signals import Rows
from eutonia.model import (
    Channel,
    Clock,
    Floats,
    Issue,
    Recording,
    Source,
    UnreadableFile,
)

_MAGIC = (b"RIFF", b"RF64", b"fLaC", b"OggS")


@dataclass(frozen=True)
class AudioSignal:
    """The channels of a sound file, full scale = 1."""

    path: str
    n_channels: int
    n_samples: int

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return self.n_channels, self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        import soundfile

        start, stop, _ = slice(start, stop).indices(self.n_samples)
        try:
            data, _ = soundfile.read(
                self.path, start=start, stop=max(start, stop), dtype="float64", always_2d=True
            )
        except soundfile.LibsndfileError as error:
            raise UnreadableFile(
                f"{self.path}: the sound cannot be decoded at sample {start} ({error}). "
                "The file may be damaged: copy it again."
            ) from error
        rows = slice(None) if channels is None else list(channels)
        return np.ascontiguousarray(data.T[rows])


def looks_like_audio(path: Path) -> bool:
    """Whether the first bytes are those of WAV, FLAC or OGG."""
    with path.open("rb") as file:
        head = file.read(12)
    return head.startswith(_MAGIC) and not (head[:4] == b"RIFF" and head[8:12] == b"AVI ")


def read(path: Path) -> tuple[Recording, ...]:
    """Read a sound file: one recording.

    Raises
    ------
    UnreadableFile
        If it cannot be decoded or holds no samples.
    """
    import soundfile

    try:
        info = soundfile.info(str(path))
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise UnreadableFile(
            f"{path}: the sound file cannot be opened ({error}). It may be damaged: copy it again."
        ) from error
    if info.frames < 1 or info.samplerate < 1:
        raise UnreadableFile(f"{path}: the sound file holds no samples. Copy it again.")
    return (
        Recording(
            id=path.name,
            kind="audio",
            channels=tuple(
                Channel(name=f"audio {i + 1}", kind="audio", unit="1") for i in range(info.channels)
            ),
            clock=Clock(id=path.name),
            signal=AudioSignal(str(path.resolve()), info.channels, info.frames),
            rate_hz=float(info.samplerate),
            sources=(Source(path=path.name, sha256=""),),
            issues=_truncated(path),
        ),
    )


def _truncated(path: Path) -> tuple[Issue, ...]:
    """Report a WAV file that is shorter than its own header says."""
    with path.open("rb") as file:
        head = file.read(8)
    promised = int.from_bytes(head[4:8], "little") + 8
    if head[:4] != b"RIFF" or promised >= 2**32 or promised <= path.stat().st_size + 1:
        return ()
    message = "The sound file is truncated: it is shorter than its header says; the rest was read."
    return (Issue(code="truncated", severity="warning", message=message),)


FORMAT = Format(
    id="audio",
    title="WAV, FLAC or OGG sound",
    suffixes=(".wav", ".flac", ".ogg", ".wave"),
    reads=looks_like_audio,
    read=read,
)
