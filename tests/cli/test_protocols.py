"""The command that says how to film and record."""

import json

import pytest

from eutonia import cli
from eutonia.exam.protocols import names


def test_the_list_names_every_protocol(capsys):
    """Without a name, all eight stand with their minutes and steps."""
    assert cli.run(["protocols"]) == cli.DONE
    out = capsys.readouterr().out
    assert all(name in out for name in names())
    assert "Our rule, unconfirmed" in out


@pytest.mark.parametrize("name", names())
def test_one_protocol_says_set_up_steps_and_when_to_stop(name, capsys):
    """The page of a protocol has what to prepare, the steps, and when to stop."""
    assert cli.run(["protocols", name]) == cli.DONE
    out = " ".join(capsys.readouterr().out.split())
    for words in ("tripod", "Before", "Steps", "Stop", "Pain has risen by 3", "15 min with set-up"):
        assert words in out


def test_range_is_left_out_and_said(capsys):
    """--without range takes the step out and says that it is not offered."""
    assert cli.run(["protocols", "neck"]) == cli.DONE
    assert "as far as it goes" in " ".join(capsys.readouterr().out.split())
    assert cli.run(["protocols", "neck", "--without", "range"]) == cli.DONE
    out = " ".join(capsys.readouterr().out.split())
    assert "as far as it goes" not in out
    assert "Not offered: range." in out


def test_the_short_form_for_home_is_shorter(capsys):
    """--home shows only steps of the short form, and says how often."""
    assert cli.run(["protocols", "eyes", "--home"]) == cli.DONE
    out = capsys.readouterr().out
    assert "bright light" not in out
    assert "one diary entry a day" in " ".join(out.split())


def test_json_holds_the_steps(capsys):
    """--json prints one object with condition and seconds of every step."""
    assert cli.run(["protocols", "voice", "--json"]) == cli.DONE
    found = json.loads(capsys.readouterr().out)
    assert found["segments"][0]["condition"] == {"task": "vowel"}
    assert found["segments"][0]["total_s"] == 24
    assert cli.run(["protocols", "--json"]) == cli.DONE
    assert len(json.loads(capsys.readouterr().out)) == len(names())


def test_an_unknown_name_says_what_there_is(capsys):
    """An unknown protocol is a mistake that names all protocols."""
    assert cli.run(["protocols", "knee"]) == cli.MISTAKE
    assert "neck, eyes, face" in " ".join(capsys.readouterr().err.split())
