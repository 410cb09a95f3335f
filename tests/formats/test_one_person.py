"""One person in a data set: everything is found, nothing of others is touched."""

import gzip
import os
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import audit, one_person
from eutonia.formats._mentions import mentions
from eutonia.formats.one_person import erase, everything, whose
from eutonia.formats.person_archive import archive
from eutonia.model import EutoniaError, InvalidRecord


def write(path, content="x"):
    """Write a file with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture
def study(tmp_path):
    """Return a data set with three people whose pseudonyms begin alike."""
    root = tmp_path / "study"
    write(root / "dataset_description.json", "{}")
    write(root / "participants.tsv", "participant_id\tage\nsub-01\t40\nsub-011\t41\nsub-02\t42\n")
    for who in ("sub-01", "sub-011", "sub-02"):
        write(root / who / "ses-01" / "emg" / f"{who}_ses-01_task-rest_emg.edf", f"0 {who}")
        write(root / who / "person.json", "{}")
        write(root / "derivatives" / "eutonia" / who / "ses-01" / "report.html", who)
        audit.record(root, "assess", person=who)
    write(root / "derivatives" / "other" / f"{'sub-01'}_curve.npz", "x")
    write(root / "derivatives" / "eutonia" / "cohort.csv", "id,x\nsub-01,1\nsub-02,2\n")
    return root


def names(root):
    """Return every path below a folder."""
    return {p.relative_to(root).as_posix() for p in root.rglob("*")}


def test_everything_of_one_person_is_found_and_nothing_of_others(study):
    """Folders, files, rows and lines of the log are the person's, and nobody else's."""
    found = everything(study, "sub-01")
    assert {p.as_posix() for p in found.paths} == {
        "sub-01",
        "derivatives/eutonia/sub-01",
        "derivatives/other/sub-01_curve.npz",
    }
    assert dict(found.rows) == {
        (study / "participants.tsv").relative_to(study): 1,
        (study / "derivatives/eutonia/cohort.csv").relative_to(study): 1,
    }
    assert found.log == 1
    assert found.mentions == ()
    assert len(found.files) == 4


def test_erasing_leaves_no_trace_and_takes_nothing_else(study):
    """Afterwards the pseudonym occurs in no name and no byte, and all others are whole."""
    before = {p: p.read_bytes() for p in study.rglob("*") if p.is_file() and "sub-02" in str(p)}
    left, problems = erase(everything(study, "sub-01"))
    assert left.nothing
    assert not problems
    for path in study.rglob("*"):
        assert "sub-01" not in path.name.replace("sub-011", "")
        if path.is_file():
            assert not mentions(path, "sub-01")
    assert all(p.read_bytes() == text for p, text in before.items())
    assert (study / "participants.tsv").read_text() == (
        "participant_id\tage\nsub-011\t41\nsub-02\t42\n"
    )
    assert (study / "sub-011" / "person.json").exists()


def test_the_log_keeps_a_hash_of_the_erasure_only(study):
    """The log still checks, says that somebody was erased, and proves who to those who know."""
    erase(everything(study, "sub-01"))
    assert audit.check(study) == ()
    last = audit.entries(study)[-1]
    assert (last.action, last.what, last.person) == ("erased", "complete", "")
    assert audit.concerns(last, "sub-01")
    assert not audit.concerns(last, "sub-02")
    older = [e for e in audit.entries(study)[:-1] if e.person_hash and not e.person]
    assert len(older) == 2
    assert not any(audit.concerns(e, "sub-01") for e in older)


def test_an_erasure_can_be_done_again(study):
    """A second one finds nothing, also after the first was interrupted."""
    one_person._without(study / "participants.tsv", "sub-01")  # interrupted after this
    erase(everything(study, "sub-01"))
    assert everything(study, "sub-01").nothing


@pytest.mark.parametrize(
    "hide",
    [
        lambda p: write(p / "code" / "notes.md", "ask sub-01 again"),
        lambda p: write(p / "derivatives" / "g.json", '{"ids": ["sub-01"]}'),
        lambda p: write(p / "derivatives" / "t.csv", 'id,x\n"sub-01\nb",1\n'),
        lambda p: write(p / "derivatives" / "g.txt.gz", gzip.compress(b"sub-01")),
        lambda p: write(p / "derivatives" / "u.txt", "sub-01".encode("utf-16-le")),
        lambda p: write(p / "derivatives" / "sub-01_and_sub-02.png"),
        lambda p: write(p / "derivatives" / "sub-01-sub-02" / "a.png"),
        lambda p: write(p / "derivatives" / "t.tsv", "roi\tsub-01\nx\t1\n"),
    ],
)
def test_what_cannot_be_taken_apart_is_named(study, hide):
    """A mention beside other people's data stays, is named, and the erasure is incomplete."""
    hide(study)
    left, _ = erase(everything(study, "sub-01"))
    assert len(left.mentions) == 1
    assert audit.entries(study)[-1].what == "incomplete"


def test_a_mention_inside_a_packed_archive_is_found(study):
    """Names and contents of zip files are looked through, also those of NumPy."""
    import numpy as np

    np.savez_compressed(study / "derivatives" / "a.npz", who=np.array([b"sub-01"]))
    with zipfile.ZipFile(study / "derivatives" / "b.zip", "w") as packed:
        packed.writestr("sub-01/x.txt", "nothing")
    found = everything(study, "sub-01").mentions
    assert {p.name for p in found} == {"a.npz", "b.zip"}
    assert everything(study, "sub-011").mentions == ()


def test_a_damaged_archive_is_no_silent_yes(study):
    """What cannot be unpacked cannot be said to be clean."""
    write(study / "derivatives" / "a.gz", gzip.compress(b"x" * 99)[:-20])
    assert [p.name for p in everything(study, "sub-01").unread] == ["a.gz"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=20), st.binary(max_size=20), st.integers(-8, 8))
def test_a_mention_is_found_wherever_it_lies(tmp_path, before, after, at):
    """Also across the border of two blocks, and only as a whole word."""
    from eutonia.formats._mentions import _BLOCK

    path = tmp_path / "big.bin"
    text = b"." * (_BLOCK - 10 + at) + before + b"|sub-01|" + after
    path.write_bytes(text)
    assert mentions(path, "sub-01")
    path.write_bytes(text.replace(b"sub-01", b"sub-01a"))
    assert not mentions(path, "sub-01")


# --- links


def test_links_are_never_followed_out_of_the_data_set(study, tmp_path):
    """What a link leads to outside is neither deleted, nor changed, nor handed out."""
    outside = write(tmp_path / "outside" / "sub-01_x.edf", "keep me")
    other = write(tmp_path / "outside" / "participants.tsv", "participant_id\nsub-01\n")
    (study / "sub-01" / "link.edf").symlink_to(outside)
    (study / "sub-01" / "folder").symlink_to(outside.parent)
    (study / "derivatives" / "sub-01_link").symlink_to(outside.parent)
    (study / "sourcedata").symlink_to(outside.parent)
    (study / "more_participants.tsv").symlink_to(other)
    found = everything(study, "sub-01")
    assert len(found.links) == 5
    with zipfile.ZipFile(archive(found, tmp_path / "out.zip")) as packed:
        assert not any(b"keep me" in packed.read(n) for n in packed.namelist())
    erase(found)
    assert outside.read_text() == "keep me"
    assert other.read_text() == "participant_id\nsub-01\n"
    assert not os.path.lexists(study / "derivatives" / "sub-01_link")
    assert not (study / "sub-01").exists()


def test_version_control_is_named(study):
    """A folder that keeps earlier versions is not looked through, and that is said."""
    write(study / ".git" / "objects" / "ab", "sub-01")
    found = everything(study, "sub-01")
    assert [p.name for p in found.versions] == [".git"]
    assert (study / ".git" / "objects" / "ab").exists()


@pytest.mark.parametrize(
    "odd",
    ["", "..", "participants.tsv", "sub-", "sub-01/ses-01", "derivatives", "sub-0*", "sub-01/../x"],
)
def test_odd_paths_are_refused(study, odd):
    """Only a pseudonym directly below a data set names a person."""
    with pytest.raises(InvalidRecord):
        whose(study / odd)


def test_a_link_or_a_place_outside_any_data_set_is_refused(study, tmp_path):
    """Neither a link to a person, nor a name where there is no data set, nor derivatives."""
    (study / "sub-09").symlink_to(study / "sub-01")
    with pytest.raises(InvalidRecord, match="link"):
        whose(study / "sub-09")
    with pytest.raises(InvalidRecord, match="no data set"):
        whose(tmp_path / "sub-01")
    with pytest.raises(InvalidRecord, match="no data set"):
        whose(study / "derivatives" / "eutonia" / "sub-01")
    assert whose(study / "sub-77") == (study, "sub-77")  # all that is left may be derivatives


# --- the right of access


def test_the_archive_holds_everything_of_the_person_and_nothing_of_others(study, tmp_path):
    """All files, the person's rows with their header, the log's lines, and a readable index."""
    write(study / "code" / "notes.md", "sub-01 and sub-02")
    found = everything(study, "sub-01")
    path = archive(found, tmp_path / "out.zip")
    with zipfile.ZipFile(path) as packed:
        held = {n: packed.read(n) for n in packed.namelist()}
    assert held["rows/participants.tsv"] == b"participant_id\tage\nsub-01\t40\n"
    assert held["sub-01/ses-01/emg/sub-01_ses-01_task-rest_emg.edf"] == b"0 sub-01"
    assert held["audit.jsonl"].count(b"\n") == 1
    everywhere = b"".join([*held.values(), *(n.encode() for n in held)])
    assert b"sub-02" not in everywhere
    assert b"sub-011" not in everywhere
    index = held["INDEX.txt"].decode()
    assert "recording (emg)" in index
    assert "code/notes.md" in index
    assert set(held) - {"INDEX.txt"} == {
        w[0] for line in index.splitlines() if (w := line.split()) and len(w[-1]) == 64
    }
    assert path.stat().st_mode & 0o777 == 0o600
    assert not any("key" in n for n in held)


def test_the_archive_overwrites_nothing_and_stays_out_of_the_data_set(study, tmp_path):
    """An existing file and a place inside the data set are refused."""
    there = write(tmp_path / "there.zip", "mine")
    for out in (there, study / "out.zip"):
        with pytest.raises(EutoniaError):
            archive(everything(study, "sub-01"), out)
    assert there.read_text() == "mine"
    assert not (study / "out.zip").exists()
