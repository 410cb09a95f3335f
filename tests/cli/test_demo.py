"""``eutonia demo`` and ``eutonia simulate``, from start to report."""

import json
from pathlib import Path

from eutonia import cli
from eutonia.read import read_visit, samples
from eutonia.tracking import models


def test_the_samples_are_found():
    """The samples lie where the demo looks, and are labelled as composite."""
    assert "COMPOSITE" in read_visit(samples()).labels


def demo(out: Path, capsys) -> tuple[str, list[Path]]:
    """Run the demo; return what it prints, and the reports it names."""
    assert cli.run(["demo", "--out", str(out)]) == cli.DONE
    printed = capsys.readouterr().out
    _, _, named = printed.partition("Reports:\n")
    return printed, [Path(line.strip()) for line in named.splitlines()]


def test_the_demo_ends_with_three_reports_where_there_are_no_models(tmp_path, capsys, monkeypatch):
    """Both labels are printed, the film is said to be left out, and all reports exist."""
    monkeypatch.setenv("EUTONIA_MODELS", str(tmp_path))
    models.path.cache_clear()
    printed, reports = demo(tmp_path / "demo", capsys)
    models.path.cache_clear()
    assert "COMPOSITE" in printed
    assert "SIMULATED" in printed
    assert "models fetch" in printed
    assert [r.parent.name for r in reports] == ["composite", "simulated", "examined"]
    assert all(r.is_file() for r in reports)


def test_simulate_writes_a_visit_that_says_so(tmp_path, capsys):
    """What is simulated can be read again, is marked as simulated, and comes with its truth."""
    out = tmp_path / "simulated"
    assert cli.run(["simulate", str(out), "--seed", "3"]) == cli.DONE
    assert "eutonia assess" in capsys.readouterr().out
    assert "SIMULATED" in read_visit(out).labels
    assert json.loads((out / "truth.json").read_text(encoding="utf-8"))


def test_simulate_never_writes_into_a_full_folder(tmp_path):
    """A folder with files in it is left alone."""
    (tmp_path / "mine.txt").touch()
    assert cli.run(["simulate", str(tmp_path)]) == cli.MISTAKE
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
