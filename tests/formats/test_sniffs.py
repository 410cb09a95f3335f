"""Which format a file is of: none takes another's, companions lead to their recording."""

import pytest

from eutonia.formats import all_formats, leader_of
from eutonia.model import UnreadableFile
from eutonia.read import read, read_visit


@pytest.mark.parametrize(("name", "says"), [("x.smrx", "32-bit")])
def test_formats_that_nothing_reads_say_how_to_export(tmp_path, name, says):
    """The error names the maker's program and what to export."""
    path = tmp_path / name
    path.write_bytes(bytes(100))
    with pytest.raises(UnreadableFile, match=f"maker's programs.*{says}"):
        read(path)


@pytest.mark.parametrize(
    ("main", "others"),
    [
        ("x.eeg", ("x.pnt", "x.21e", "x.LOG")),
        ("x.dat", ("x.dap", "x.rs3")),
        ("x.cdt", ("x.cdt.dpa", "x.cdt.cef")),
        ("x.erd", ("x.ent", "x.stc", "x.eeg")),
    ],
)
def test_companions_are_never_lost_on_their_own(tmp_path, main, others):
    """Whatever lies beside a recording leads to it: a folder names one file at most."""
    head = b"EEG-1100A V01.00" if main.endswith(".eeg") else b"\x00\x01"
    for name in (main, *others):
        (tmp_path / name).write_bytes(head + bytes(300))
    assert {leader_of(tmp_path / n) for n in others} == {tmp_path / main}
    assert [lost.path for lost in read_visit(tmp_path).lost] == [main]


def test_no_reader_takes_another_formats_file(samples):
    """Each sniff of these formats refuses the sample files, and text."""
    ours = {"fif", "gdf", "ant", "curry", "nicolet", "persyst", "egi", "eximia", "micromed"}
    ours |= {"spike2", "bci2000", "nihon_kohden", "closed", "brainvision", "eeglab", "neuroscan"}
    files = [p for p in samples.rglob("*") if p.is_file()]
    assert len(files) > 5
    for one_format in (f for f in all_formats() if f.id in ours):
        for file in files:
            assert not one_format.reads(file), (one_format.id, file.name)
