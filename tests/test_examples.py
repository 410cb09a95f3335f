"""Every script in ``examples/`` runs as a reader would run it."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"

#: Script to the argument that keeps its output in a temporary folder.
OUTPUT = {
    "assess_the_samples.py": "assessment",
    "one_measure.py": "one_measure.png",
    "read_a_file.py": "",
}


def _run(name: str, folder: Path) -> str:
    arguments = [str(folder / OUTPUT[name])] if OUTPUT[name] else []
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env=_environment(),
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONIOENCODING": "utf-8"}


def test_every_example_is_run() -> None:
    """No script in the folder is left out of these tests."""
    assert {p.name for p in EXAMPLES.glob("*.py")} == OUTPUT.keys()


def test_reading_a_file_shows_what_is_in_it(tmp_path: Path) -> None:
    """The first example finds 64 channels of rest with the eyes closed, in microvolts."""
    said = _run("read_a_file.py", tmp_path)
    assert "eeg, 64 channels at 160 Hz" in said
    assert "61 s of: rest, eyes closed" in said
    assert "uV (SD)" in said


def test_assessing_gives_a_table_and_what_is_missing(tmp_path: Path) -> None:
    """The second example shows the amplitude and says why co-contraction cannot be taken."""
    said = _run("assess_the_samples.py", tmp_path)
    assert "COMPOSITE" in said
    assert "emg.rms" in said
    assert "not measurable: " in said
    assert (tmp_path / "assessment" / "assessment.json").is_file()


def test_one_measure_gives_a_number_and_a_figure(tmp_path: Path) -> None:
    """The third example prints a value inside its interval, and draws it."""
    said = _run("one_measure.py", tmp_path)
    value, lo, hi = (
        float(word) for word in said.splitlines()[1].replace(",", "").split() if word[0].isdigit()
    )
    assert lo < value < hi
    picture = (tmp_path / "one_measure.png").read_bytes()
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", sorted(OUTPUT))
def test_examples_stay_short(name: str) -> None:
    """An example fits on one page: at most 60 lines."""
    assert len((EXAMPLES / name).read_text(encoding="utf-8").splitlines()) <= 60
