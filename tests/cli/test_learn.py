"""``eutonia learn``: the guide in the terminal."""

import json

import pytest

from eutonia import cli
from eutonia.cli.table import display_width
from eutonia.knowledge import table
from eutonia.knowledge.reading import topic, topics


def _printed(capsys, *arguments: str) -> str:
    assert cli.run(["learn", *arguments]) == cli.DONE
    return capsys.readouterr().out


def test_without_a_topic_all_are_listed(capsys) -> None:
    """Each topic with what it is about, emergencies first."""
    out = _printed(capsys)
    for one in topics():
        assert one.id in out
        assert one.plain in " ".join(out.split())
    assert out.index("emergency") < out.index("cervical")


def test_a_topic_is_printed_with_marks_and_what_they_mean(capsys) -> None:
    """Every sentence stands there, and each mark that is used is explained."""
    out = _printed(capsys, "torticollis")
    flat = " ".join(out.split())
    one = topic("cervical")
    for s in one.sentences:
        assert s.text in flat
    for key in {s.verdict for s in one.sentences if s.verdict}:
        verdict = table("verdicts")[key]
        assert f"{verdict['symbol']} {verdict['name']}: {verdict['words']}" in flat
    assert "never diagnoses, prescribes or doses" in flat


def test_sources_are_printed_when_asked_for(capsys) -> None:
    """With --sources each number leads to a citation, and studies are told."""
    assert "Kruisdijk" not in _printed(capsys, "botox")
    out = " ".join(_printed(capsys, "botox", "--sources").split())
    assert "Kruisdijk JJM" in out
    assert "n = 40, writer's cramp" in out
    assert "[1]" in out


def test_a_name_of_several_words_needs_no_quotes(capsys) -> None:
    """The words after learn are one name."""
    assert _printed(capsys, "writer's", "cramp").startswith("Writer's cramp")


def test_json_holds_sentences_verdicts_and_references(capsys) -> None:
    """The same as one JSON document; without a topic the list."""
    found = json.loads(_printed(capsys, "emergency", "--json"))
    assert found["id"] == "emergency"
    assert "DrugsComDysport" in found["references"]
    first = found["sections"][0]["sentences"][0]
    assert (first["verdict"], first["refs"]) == ("rule", [])
    assert [t["id"] for t in json.loads(_printed(capsys, "--json"))] == [t.id for t in topics()]


def test_an_unknown_topic_is_a_mistake(capsys) -> None:
    """The message names a near topic; there is no traceback."""
    assert cli.run(["learn", "torticolis"]) == cli.MISTAKE
    err = capsys.readouterr().err
    assert "cervical" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_pages_fit_the_terminal(capsys, monkeypatch, columns) -> None:
    """No line is longer than the terminal is wide, except for a word that is."""
    monkeypatch.setenv("COLUMNS", str(columns))
    for name in ("emergency", "botox", "claims"):
        for line in _printed(capsys, name, "--sources").splitlines():
            assert display_width(line) <= columns or len(max(line.split(), key=len)) > columns - 12


def test_help_names_the_command(capsys) -> None:
    """`eutonia --help` lists it."""
    assert cli.run(["--help"]) == cli.DONE
    assert "learn" in capsys.readouterr().out
