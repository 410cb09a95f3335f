"""``eutonia agreement``: a data set with several raters, from files to lines."""

import json

import pytest

from eutonia.cli import DONE, LOSSES, MISTAKE, NOTHING, run

RATINGS = [(5, 6), (2, 2), (7, 8), (3, 5), (1, 1), (6, 6)]


def _write(folder, ratings):
    for i, row in enumerate(ratings, start=1):
        visit = folder / f"sub-{i:02}" / "ses-01"
        visit.mkdir(parents=True)
        for rater, value in zip("AB", row, strict=True):
            answers = {"rater": rater, "scores": {"JRS": {"total": value}}}
            (visit / f"examination-{rater}.json").write_text(json.dumps(answers))
    return folder


def test_a_data_set_of_two_raters_gives_a_line_per_scale(tmp_path, capsys):
    """Six visits with two raters each give one line with ICC, error and number of visits."""
    assert run(["agreement", str(_write(tmp_path, RATINGS))]) == DONE
    out = capsys.readouterr().out
    assert out.startswith("JRS (version 1): ICC(2,1) 0.9")
    assert "6 visits of 6 people, raters A, B" in out


def test_too_few_visits_say_so(tmp_path, capsys):
    """Two visits are no basis: the line says how many are needed."""
    assert run(["agreement", str(_write(tmp_path, RATINGS[:2]))]) == DONE
    assert "at least 5 are needed" in capsys.readouterr().out


def test_nothing_to_compare_has_its_own_exit_code(tmp_path, capsys):
    """A folder without examinations is no error of the call, but there is nothing to say."""
    assert run(["agreement", str(tmp_path)]) == NOTHING
    assert "on none of them" in capsys.readouterr().out
    assert run(["agreement", str(tmp_path / "no")]) == MISTAKE


def test_a_broken_file_is_named_and_the_others_count(tmp_path, capsys):
    """One file that breaks its rules is said and left out; the other visits are compared."""
    _write(tmp_path, [*RATINGS, (3, 3)])
    broken = tmp_path / "sub-07" / "ses-01" / "examination-A.json"
    broken.write_text('{"rater": "A", "scores": {"JRS": {"total": 99}}}')
    assert run(["agreement", str(tmp_path)]) == LOSSES
    said = capsys.readouterr()
    assert "sub-07/ses-01" in said.err
    assert "0 to 8" in said.err
    assert "6 visits" in said.out


@pytest.mark.parametrize("hidden", ["derivatives", ".cache"])
def test_copies_are_not_counted_again(tmp_path, capsys, hidden):
    """Examinations in derivatives and hidden folders are copies."""
    _write(tmp_path, RATINGS)
    _write(tmp_path / hidden, RATINGS)
    run(["agreement", str(tmp_path)])
    assert "6 visits" in capsys.readouterr().out
