"""``eutonia genes``: what is printed, and how the command ends."""

import json

from eutonia.cli import DONE, LOSSES, MISTAKE, run


def test_matches_come_with_what_they_do_not_say(tmp_path, capsys):
    """A gene of the list is shown with its disease, and no interpretation is claimed."""
    path = tmp_path / "genes.txt"
    path.write_text("TOR1A\nBRCA1\n")
    assert run(["genes", str(path)]) == DONE
    text = " ".join(capsys.readouterr().out.split())
    assert "2 genes in 2 lines" in text
    assert "1 of them stand in the list" in text
    for words in ("OMIM 128100", "no interpretation of variants", "genetic counselling", "Minors"):
        assert words in text


def test_a_known_adult_is_not_told_about_minors(tmp_path, capsys):
    """With the age of an adult the sentence on minors is left out."""
    path = tmp_path / "genes.txt"
    path.write_text("TH")
    assert run(["genes", str(path), "--age", "18"]) == DONE
    assert "Minors" not in capsys.readouterr().out
    assert run(["genes", str(path), "--age", "17"]) == DONE
    assert "Minors" in capsys.readouterr().out


def test_json_holds_matches_and_advice(tmp_path, capsys):
    """As JSON the same stands, for other programs."""
    path = tmp_path / "genes.txt"
    path.write_text("GCH1 X9")
    assert run(["genes", str(path), "--json"]) == DONE
    content = json.loads(capsys.readouterr().out)
    assert content["read"]["genes"] == 2
    assert [m["gene"] for m in content["matches"]] == ["GCH1"]
    assert any("no interpretation" in words for words in content["advice"])


def test_losses_and_mistakes_have_their_exit_codes(tmp_path, capsys):
    """A VCF without annotations ends with losses, a file that is no text with one message."""
    path = tmp_path / "a.vcf"
    path.write_text("##fileformat=VCFv4.2\n9\t1\t.\tA\tC\t.\t.\tDP=1\n")
    assert run(["genes", str(path)]) == LOSSES
    assert "annotate the file first" in " ".join(capsys.readouterr().out.split())
    path.write_bytes(b"\0\1\2")
    assert run(["genes", str(path)]) == MISTAKE
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert "Traceback" not in error
