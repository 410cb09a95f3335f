"""EGI: the folder ``.mff`` and simple binary ``.raw``, lazy.

By specification; not tried on a real file: EGI's Simple Binary Formats (Net Station Technical
Manual, appendix B, its beginning only), EGI's readers for MATLAB in FieldTrip, mffpy (which EGI's
successor maintains), mffmatlabio, BEAPP, AnyWave, EEGLAB, biosig, MNE; the XML files of real
folders that mffpy and MNE are tested with. Equal to mffpy and MNE on written folders, to MNE and
biosig on written continuous ``.raw`` without a scale; with one, biosig hands on no channels.

Where sources differ or are silent:

- ``.mff``: samples are µV and need the gain of the hardware (GCAL), which MNE, mffpy and
  mffmatlabio multiply and ``read_mff_bin`` of FieldTrip does not; zeros (ZCAL) and impedances
  (ICAL) are not used, as in all of them. Other channels have the unit of ``pnsSet.xml``; MNE hands
  on all but ``uV`` as they are.
- Times are nanoseconds in version 0 (or none stated), microseconds after it (mffmatlabio, BEAPP,
  AnyWave); MNE goes by the digits of the start, mffpy takes microseconds always. Where the number
  of samples contradicts one unit and fits the other, that is taken.
- Epochs are pauses, and cuts where segments follow one another without one. Segments are events by
  category; their time zero is ``t0``. Events are named by code as in MNE; ``sync`` and ``TREV`` are
  left out as there, and keys that tell of the subject. The PNS samples may be one short.
- ``.raw``: without bits and range the numbers are µV, in all types; with both, range / 2 ** bits
  are (MNE takes the latter for volts). With one only, the unit is not known. No source states the
  unit of a segment's time stamp: segments are cuts, and their clock is their own. ``epoc`` is a
  cut. A state that lasts for one sample is a moment; MNE makes an event of every sample.
- The start is the local time as written. The subject's names are read only to strike them out.
- Left out: averages (refused), photogrammetry, videos, notes, histories, filters but the high-pass.
"""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format, _egi_mff, _egi_raw
from eutonia.model import Recording


def leader(path: Path) -> Path:
    """Return the folder ``.mff`` that a file is in."""
    return next((p for p in path.parents if p.suffix.lower() == ".mff" and p.is_dir()), path)


def looks_like_egi(path: Path) -> bool:
    """Whether a path is a folder ``.mff``, or a ``.raw`` that begins with a version from 2 to 7."""
    if leader(path) != path or path.is_dir():
        return True
    with path.open("rb") as file:
        head = file.read(4)
    return path.suffix.lower() == ".raw" and 2 <= int.from_bytes(head, "big") <= 7


def read(path: Path) -> tuple[Recording, ...]:
    """Read an EGI recording.

    Raises
    ------
    UnreadableFile
        If it is damaged, holds averages or no samples.
    """
    path = leader(path)
    return _egi_mff.read(path) if path.is_dir() else _egi_raw.read(path)


FORMAT = Format(
    id="egi",
    title="EGI",
    suffixes=(".mff", ".raw"),
    reads=looks_like_egi,
    read=read,
    leader=leader,
    folder=True,
)
