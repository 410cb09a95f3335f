"""The high-pass of the recorder, from the header of EDF and from ``channels.tsv``."""

import numpy as np
import pytest

from eutonia.read import read


def _written(path, prefilters):
    import edfio

    signals = [
        edfio.EdfSignal(
            np.random.default_rng(i).normal(0, 20, 1000),
            100,
            label=f"EEG {name}",
            physical_dimension="uV",
            prefiltering=prefilter,
        )
        for i, (name, prefilter) in enumerate(zip(("C3", "Cz", "C4"), prefilters, strict=False))
    ]
    edfio.Edf(signals).write(path)
    return path


@pytest.mark.parametrize(
    ("text", "high_pass_hz"),
    [
        ("HP:0.1Hz LP:75Hz N:50Hz", 0.1),
        ("HP: DC; LP: 417 Hz", 0.0),
        ("LP:70Hz HP:0,5Hz", 0.5),
        ("HP:16mHz", 0.016),
        ("HP:   NaN Hz; Notch: NaN", None),
        ("", None),
    ],
)
def test_the_header_of_edf_states_the_high_pass(tmp_path, text, high_pass_hz):
    """Every common way to write it is understood; what is not a number stays unknown."""
    (found,) = read(_written(tmp_path / "a.edf", [text]))
    assert found.channels[0].high_pass_hz == high_pass_hz


def test_channels_tsv_goes_before_the_header(tmp_path):
    """``low_cutoff`` of the sidecar is taken where it holds a number, else the header's."""
    stem = tmp_path / "sub-01_task-movement"
    path = _written(stem.with_name(f"{stem.name}_eeg.edf"), ["HP:0.1Hz"] * 3)
    rows = ["name\ttype\tunits\tlow_cutoff", "EEG C3\tEEG\tuV\t0.5", "EEG Cz\tEEG\tuV\tn/a"]
    rows.append("EEG C4\tEEG\tuV\tnone")
    stem.with_name(f"{stem.name}_channels.tsv").write_text("\n".join(rows), encoding="utf-8")
    (found,) = read(path)
    assert [c.high_pass_hz for c in found.channels] == [0.5, 0.1, 0.1]


def test_real_headers_are_read(shared_data):
    """The resting EEG of a healthy person was recorded without a high-pass, as its header says."""
    (path,) = (shared_data / "eeg-physionet-eegmmi").rglob("*.edf")
    (found,) = read(path)
    assert {c.high_pass_hz for c in found.channels} == {0.0}
