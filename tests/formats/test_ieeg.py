"""iEEG-BIDS: electrodes inside the head have their kinds, and a real recording its known answer."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from eutonia.model import Recording
from eutonia.read import read, read_visit

ROOT = "lfp-ecog-pyneuromodulation/py_neuromodulation/data"
RUN = "sub-testsub/ses-EphysMedOff/ieeg/sub-testsub_ses-EphysMedOff_task-gripforce_run-0_ieeg.vhdr"


@pytest.fixture
def recording(shared_data) -> Recording:
    (found,) = read(shared_data / ROOT / RUN)
    return found


def edited(shared_data: Path, folder: Path, ending: str, old: str, new: str) -> Recording:
    """Copy the data set, edit one of its sidecars and read it."""
    shutil.copytree(shared_data / ROOT, folder / "set", ignore=shutil.ignore_patterns(".*"))
    (sidecar,) = (folder / "set").rglob(f"*{ending}")
    text = sidecar.read_text(encoding="utf-8")
    assert old in text
    sidecar.write_text(text.replace(old, new), encoding="utf-8")
    (found,) = read(folder / "set" / RUN)
    return found


def test_each_electrode_has_its_kind_unit_side_and_rate(recording):
    """Deep brain electrodes are ``lfp``, strips ``ecog``; what is stated as ``MISC`` stays so."""
    kinds = [c.kind for c in recording.channels]
    assert kinds == ["lfp"] * 3 + ["ecog"] * 6 + ["misc"]
    assert {c.unit for c in recording.channels} == {"uV"}
    assert {c.side for c in recording.channels} == {"right"}
    assert (recording.kind, recording.rate_hz, recording.line_hz) == ("ecog", 1000, 60)
    assert recording.duration_s == pytest.approx(19, abs=0.01)
    assert recording.device == "Brain Products"


def test_values_agree_with_mne(shared_data, recording):
    """The samples are MNE's to rounding."""
    mne = pytest.importorskip("mne")
    raw = mne.io.read_raw_brainvision(shared_data / ROOT / RUN, verbose="error")
    np.testing.assert_allclose(recording.signal.read(), raw.get_data() * 1e6, rtol=1e-12)


def test_the_beta_peaks_are_where_they_are_known_to_be(recording):
    """The nucleus has its beta peak at 18.0 Hz in all contacts, the first strip at 19.5 Hz."""
    from scipy.signal import welch

    rate = recording.rate_hz
    f, power = welch(recording.signal.read(), fs=rate, nperseg=round(2 * rate))
    beta = (f >= 13) & (f <= 35)
    peaks = f[beta][power[:, beta].argmax(axis=1)]
    assert peaks[:4].tolist() == [18.0, 18.0, 18.0, 19.5]


def test_the_data_set_is_one_recording_with_all_its_files(shared_data):
    """A visit holds the run once, nothing is lost, and each sidecar that was used is a source."""
    visit = read_visit(shared_data / ROOT)
    assert visit.lost == ()
    (recording,) = visit.recordings
    endings = {s.path.rsplit("_", 1)[1] for s in recording.sources}
    wanted = {"ieeg.vhdr", "ieeg.eeg", "ieeg.vmrk", "ieeg.json", "channels.tsv", "electrodes.tsv"}
    assert endings == wanted


def test_stereotactic_electrodes_are_a_kind_of_their_own(shared_data, tmp_path):
    """``SEEG`` in ``channels.tsv`` is ``seeg``."""
    recording = edited(shared_data, tmp_path, "_channels.tsv", "\tECOG\t", "\tSEEG\t")
    assert recording.indices("seeg") == (3, 4, 5, 6, 7, 8)
    assert recording.kind == "seeg"


def test_a_hemisphere_in_the_table_of_electrodes_gives_the_side(shared_data, tmp_path):
    """Where no name says a side, the stated hemisphere does; where it says none, none is taken."""
    shutil.copytree(shared_data / ROOT, tmp_path / "set", ignore=shutil.ignore_patterns(".*"))
    folder = (tmp_path / "set" / RUN).parent
    for file in (*folder.glob("*.vhdr"), *folder.glob("*.tsv")):
        text = file.read_text(encoding="utf-8-sig")
        text = text.replace("_RIGHT_", "_A_").replace("_RIGHT", "_A")
        file.write_text(text, encoding="utf-8")
    (table,) = folder.glob("*_electrodes.tsv")
    rows = table.read_text(encoding="utf-8").splitlines()
    rows = [
        rows[0] + "\themisphere",
        *(f"{r}\tL" for r in rows[1:4]),
        *(f"{r}\tn/a" for r in rows[4:]),
    ]
    table.write_text("\n".join(rows), encoding="utf-8")
    (recording,) = read(tmp_path / "set" / RUN)
    assert [c.side for c in recording.channels] == ["left"] * 3 + ["unknown"] * 7


def test_kinds_go_to_mne_and_back(recording):
    """Electrodes keep their kind through MNE."""
    pytest.importorskip("mne")
    from eutonia.bridges import from_mne, to_mne

    kinds = [c.kind for c in from_mne(to_mne(recording)).channels]
    assert kinds[:9] == [c.kind for c in recording.channels][:9]
