"""Examination, history and diary on the terminal: asked, explained, kept, danger at once."""

import json

import pytest
from click.testing import CliRunner

from eutonia import cli
from eutonia.cli.diary import command as diary_command
from eutonia.cli.examine import command as examine_command
from eutonia.cli.history import command as history_command
from eutonia.formats import examination
from eutonia.formats.diary import load_diary
from eutonia.formats.examination.template import battery
from eutonia.formats.questions import questions
from eutonia.formats.scale_entry import entry_items
from eutonia.knowledge import table

CORE = [k for k, v in table("danger_signs").items() if v.get("core")]
EMERGENCY = "emergency number"


@pytest.fixture
def visit(tmp_path):
    """Return the folder of a session of a BIDS data set."""
    folder = tmp_path / "sub-01" / "ses-02"
    folder.mkdir(parents=True)
    return folder


def _typed(command, arguments, lines):
    done = CliRunner().invoke(
        command, [str(a) for a in arguments], input="\n".join(lines) + "\n", standalone_mode=False
    )
    assert done.exception is None or isinstance(done.exception, cli.click.ClickException), done
    return done


def _answers(of="", /, **answers):
    """Return what is typed to answer the named questions and pass over the others."""
    lines = [answers.get(key, "") for key in CORE]
    lines += ["no"]
    for question in questions("examination"):
        if question.field in ("danger", "rater") or not question.asked_for(of):
            continue
        if question.kind == "scores":
            lines += [line for s in battery(of) for line in answers.get(s, [""])]
            lines += [*answers.get("other_scales", []), ""]
        else:
            text = answers.get(question.field, "")
            lines += text if isinstance(text, list) else [text]
    return lines


# --- examine ------------------------------------------------------------------------------------


def test_all_questions_can_be_passed_over(visit):
    """Pressing Enter throughout leaves an examination in which nothing is known but the rater."""
    done = _typed(examine_command, [visit, "--rater", "A"], _answers())
    assert done.return_value == cli.DONE
    (found,) = examination.load_examinations(visit)
    assert examination.to_mapping(found) == {"rater": "A"}
    assert EMERGENCY not in done.output


def test_answers_are_kept_and_offered_again(visit):
    """A second run keeps what the first one got, shows it, and adds to it."""
    first = _answers("cervical", form="Schiefhals", regions="neck, side=left; UR", pain_usual="4")
    _typed(examine_command, [visit, "--rater", "A"], first)
    done = _typed(examine_command, [visit], _answers("cervical", course="2"))
    assert "Usual pain in the last week [4]" in done.output
    assert "Affected parts of the body [region=CE, side=left; region=UR]" in done.output
    (found,) = examination.load_examinations(visit)
    assert (found.form, found.pain_usual, found.course) == ("cervical", 4.0, "progressive")
    assert [r.region for r in found.regions] == ["CE", "UR"]


def test_danger_comes_first_and_is_answered_at_once(visit):
    """After a yes to a danger sign the emergency words stand before the next question."""
    lines = ["no", "yes", "stop"]
    done = _typed(examine_command, [visit, "--rater", "A"], lines)
    ask = [table("danger_signs")[k]["ask"] for k in CORE]
    assert done.output.index(ask[1]) < done.output.index(EMERGENCY) < done.output.index(ask[2])
    (found,) = examination.load_examinations(visit)
    assert found.danger == ((CORE[0], False), (CORE[1], True))


def test_the_emergency_words_stand_once_for_each_danger(visit):
    """They come again for a new danger, and not for every answer after it."""
    answers = _answers(stridor="yes", dsap="4", pain_usual="3")
    done = _typed(examine_command, [visit, "--rater", "A"], answers)
    assert done.output.count(EMERGENCY) == 2
    again = _typed(examine_command, [visit], _answers(pain_worst="3"))
    assert EMERGENCY not in again.output


def test_thoughts_of_death_on_a_scale_are_answered_at_once(visit):
    """Any answer above 0 to the item about death shows whom to call."""
    items = ["i", *[""] * 8, "1"]
    done = _typed(examine_command, [visit, "--rater", "A"], _answers(PHQ9=items))
    assert EMERGENCY in done.output
    (found,) = examination.load_examinations(visit)
    assert found.scores[0].items == (("item_9", 1.0),)


def test_the_other_danger_signs_can_be_asked(visit):
    """After the short list the examiner may go on to every sign."""
    rest = len(table("danger_signs")) - len(CORE)
    lines = [*["no"] * len(CORE), "yes", *["no"] * rest, "stop"]
    _typed(examine_command, [visit, "--rater", "A"], lines)
    (found,) = examination.load_examinations(visit)
    assert len(found.danger) == len(table("danger_signs"))


def test_scales_are_entered_item_by_item(visit):
    """The form's scales are offered, with items that may not apply and corrections of slips."""
    items = [i.id for i in entry_items("TWSTRS")]
    typed = {"severity.rotation": ["9", "?", "3"], "disability.driving": ["na"]}
    lines = ["i", *(line for i in items for line in typed.get(i, [""]))]
    answers = _answers("cervical", form="cervical", TWSTRS=lines, PAINNRS=["x", "t", "6"])
    done = _typed(examine_command, [visit, "--rater", "A"], answers)
    assert "turn of the head" in done.output
    assert "allowed: 0 to 4" in done.output
    (found,) = examination.load_examinations(visit)
    assert found.scores[0].items == (("severity.rotation", 3.0),)
    assert found.scores[0].not_applicable == ("disability.driving",)
    assert found.scores[1].totals == (("total", 6.0),)
    back = {**typed, "severity.rotation": [""], "disability.driving": ["2"]}
    lines = ["i", *(line for i in items for line in back.get(i, [""]))]
    _typed(examine_command, [visit], _answers("cervical", TWSTRS=lines))
    (found,) = examination.load_examinations(visit)
    assert dict(found.scores[0].items) == {"severity.rotation": 3.0, "disability.driving": 2.0}
    assert found.scores[0].not_applicable == ()


def test_a_scale_that_hangs_on_a_limitation_asks_for_it(visit):
    """Without any limitation the items of a limitation are not asked, and no is kept."""
    items = [i for i in entry_items("ADDS") if i.only_if != "limited"]
    lines = ["i", "no", *["" for _ in items]]
    other = ["ADDS", *lines]
    _typed(examine_command, [visit, "--rater", "A"], _answers(other_scales=other))
    (found,) = examination.load_examinations(visit)
    assert (found.scores[0].scale, found.scores[0].limited) == ("ADDS", False)


def test_another_scale_is_found_by_its_name(visit):
    """Any scale can be entered, and a name that is none is explained."""
    other = ["no such scale", "Fahn-Marsden", ""]
    done = _typed(examine_command, [visit, "--rater", "A"], _answers(other_scales=other))
    assert "No scale is called" in done.output
    assert "Burke-Fahn-Marsden" in done.output


def test_only_one_part_can_be_asked_but_danger_is(visit):
    """With a heading only its questions are asked; danger signs too where none was asked."""
    first = _typed(
        examine_command,
        [visit, "--rater", "A", "--part", "strength"],
        ["no", *[""] * (len(CORE) - 1), "", "", "30"],
    )
    assert "Grip of the right hand" in first.output
    assert "Usual pain" not in first.output
    (found,) = examination.load_examinations(visit)
    assert found.grip_right_kg == 30
    again = _typed(examine_command, [visit, "--part", "strength"], ["", "", "", ""])
    assert table("danger_signs")[CORE[0]]["ask"] not in again.output


def test_a_part_that_does_not_exist_is_told(visit, capsys):
    """The headings are named where one is asked for that is none."""
    assert cli.run(["examine", str(visit), "--part", "heaven"]) == cli.MISTAKE
    assert "the parts are: Safety" in capsys.readouterr().err


def test_an_interrupted_examination_keeps_its_answers(visit):
    """When the input ends early, what was answered is on disk and the exit code says so."""
    done = CliRunner().invoke(
        examine_command, [str(visit), "--rater", "A"], input="no\nyes\n", standalone_mode=False
    )
    assert done.return_value == cli.INTERRUPTED
    (found,) = examination.load_examinations(visit)
    assert len(found.danger) == 2


def test_unknown_removes_an_answer(visit):
    """What was answered by mistake can be taken back, also a danger sign."""
    _typed(examine_command, [visit, "--rater", "A"], _answers(stridor="yes", pain_usual="4"))
    _typed(examine_command, [visit], _answers(stridor="unknown", pain_usual="unknown"))
    (found,) = examination.load_examinations(visit)
    assert (found.danger, found.pain_usual) == ((), None)


def test_each_rater_has_a_file(visit, capsys):
    """A second rater gets a file of their own, and then the rater must be named."""
    for rater in ("A", "B"):
        _typed(examine_command, [visit, "--rater", rater], ["stop"])
    assert {e.rater for e in examination.load_examinations(visit)} == {"A", "B"}
    assert cli.run(["examine", str(visit)]) == cli.MISTAKE
    assert "name one: --rater" in capsys.readouterr().err


def test_the_rater_is_asked_for(visit):
    """Without a code the examiner is asked, and Enter asks again."""
    done = CliRunner().invoke(examine_command, [str(visit)], input="\nC\nstop\n")
    assert done.exit_code == 0, done.output
    assert [e.rater for e in examination.load_examinations(visit)] == ["C"]


def test_answers_from_a_file_are_checked_and_shown(visit, tmp_path, capsys):
    """--file checks and keeps, --show prints in words or JSON, and danger is told here too."""
    answers = tmp_path / "mine.yaml"
    answers.write_text("rater: B\npain_usual: 6\ndanger: {stridor: yes}\n")
    assert cli.run(["examine", str(visit), "--file", str(answers)]) == cli.DONE
    assert EMERGENCY in capsys.readouterr().out
    assert cli.run(["examine", str(visit), "--show", "--json"]) == cli.DONE
    assert json.loads(capsys.readouterr().out) == [
        {"rater": "B", "danger": {"stridor": True}, "pain_usual": 6.0}
    ]
    assert cli.run(["examine", str(visit), "--show"]) == cli.DONE
    assert "stridor=yes" in capsys.readouterr().out
    answers.write_text("rater: B\npain_usual: 60\n")
    assert cli.run(["examine", str(visit), "--file", str(answers)]) == cli.MISTAKE
    assert "mine.yaml: pain_usual is 60; allowed: 0 to 10" in capsys.readouterr().err
    assert examination.load_examinations(visit)[0].pain_usual == 6


def test_the_template_is_printed(capsys):
    """--template prints a file for a form that reads as YAML, and needs no visit."""
    assert cli.run(["examine", "--template", "Schiefhals"]) == cli.DONE
    assert "\nform: cervical\n" in capsys.readouterr().out
    assert cli.run(["examine", "--template", "flu"]) == cli.MISTAKE
    assert cli.run(["examine"]) == cli.MISTAKE


# --- history ------------------------------------------------------------------------------------


def test_the_history_is_asked_and_kept_with_the_person(visit):
    """Answers lie in the person's folder and are offered again at the next visit."""
    asked = [q.field for q in questions("history")]
    typed = {"onset_age": "34", "therapies": "Botox, started=2018, effect=good", "birth": "?"}
    lines = [typed.get(f, "") for f in asked]
    lines.insert(asked.index("birth") + 1, "")
    done = _typed(history_command, [visit], lines)
    assert "oxygen" in done.output
    found = examination.load_history(visit.parent)
    assert found.onset_age == 34
    assert (found.therapies[0].kind, found.therapies[0].started) == ("bont", "2018")
    again = _typed(history_command, [visit.parent, "--part", "treatment"], [""])
    assert "[kind=bont, started=2018, effect=good]" in again.output
    assert examination.load_history(visit) == found


def test_a_history_from_a_file(visit, tmp_path, capsys):
    """--file checks and keeps; --show prints."""
    answers = tmp_path / "mine.yaml"
    answers.write_text("onset_age: 34\n")
    assert cli.run(["history", str(visit), "--file", str(answers)]) == cli.DONE
    capsys.readouterr()
    assert cli.run(["history", str(visit), "--show", "--json"]) == cli.DONE
    assert json.loads(capsys.readouterr().out) == {"onset_age": 34.0}
    assert cli.run(["history", str(visit), "--show"]) == cli.DONE
    assert "Age when it began  34" in capsys.readouterr().out


def test_an_interrupted_history_keeps_its_answers(visit):
    """When the input ends early, what was answered is on disk and the exit code says so."""
    done = CliRunner().invoke(history_command, [str(visit)], input="34\n", standalone_mode=False)
    assert done.return_value == cli.INTERRUPTED
    assert examination.load_history(visit).onset_age == 34


# --- diary --------------------------------------------------------------------------------------

RATINGS = len(table("diary_ratings"))


def test_an_entry_is_added_and_the_last_one_offered(visit):
    """The last answers are offered for =, and what is passed over is not made up."""
    person = visit.parent
    lines = ["2026-03-01 21:30", "4", "11", "3,5", *[""] * (RATINGS - 2), "writing", "", "yes"]
    _typed(diary_command, [person, "add"], [*lines, "", "", "30", "first"])
    lines = ["2026-03-08 21:30", "=", "", *[""] * (RATINGS - 2), "", "", "", "", "", "=", ""]
    done = _typed(diary_command, [person, "add"], lines)
    assert "Dystonia now, 0 to 10 [= 4]" in done.output
    assert "[= 37]" in done.output
    (first, second), lost = load_diary(visit)
    assert lost == ()
    assert dict(first.ratings) == {"severity": 4.0, "pain": 3.5}
    assert (first.tasks, first.observed, first.toxin_day) == (("writing",), True, 30.0)
    assert dict(second.ratings) == {"severity": 4.0}
    assert (second.toxin_day, second.tasks, second.note) == (37.0, (), "")


def test_an_entry_that_says_nothing_is_not_added(visit):
    """Pressing Enter throughout adds no line."""
    done = _typed(diary_command, [visit.parent, "add"], [""] * (RATINGS + 8))
    assert "nothing was added" in done.output
    assert load_diary(visit) == ((), ())


def test_an_interrupted_entry_is_kept(visit):
    """When the input ends early, what was answered is on disk and the exit code says so."""
    done = CliRunner().invoke(
        diary_command, [str(visit.parent), "add"], input="\n4\n", standalone_mode=False
    )
    assert done.return_value == cli.INTERRUPTED
    ((entry,), _) = load_diary(visit)
    assert entry.ratings == (("severity", 4.0),)


def test_the_weeks_are_shown_as_means(visit, capsys):
    """The table shows the mean of each week from Monday, here 3 and 6, and no judgement."""
    # 2026-03-02 was a Monday.
    (visit.parent / "diary.csv").write_text(
        "time,pain\n2026-03-02,2\n2026-03-08 23:59,4\n2026-03-09,6\n"
    )
    assert cli.run(["diary", str(visit.parent)]) == cli.DONE
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["2026-03-02", "2", "3.0"] in rows
    assert ["2026-03-09", "1", "6.0"] in rows


def test_bad_lines_are_told_whenever_the_diary_is_read(visit, capsys):
    """Show and check name the line, and their exit code says that something was lost."""
    (visit.parent / "diary.csv").write_text("time,pain\n2026-03-02,2\n2026-03-08,40\n")
    assert cli.run(["diary", str(visit.parent), "check"]) == cli.LOSSES
    assert "diary.csv, line 3: Left out: pain is 40.0" in capsys.readouterr().out
    assert cli.run(["diary", str(visit.parent), "show"]) == cli.LOSSES
    assert "line 3" in capsys.readouterr().err
    assert cli.run(["diary", str(visit.parent), "--json"]) == cli.LOSSES
    assert json.loads(capsys.readouterr().out) == [{"time": "2026-03-02", "ratings": {"pain": 2.0}}]


def test_a_good_diary_is_said_to_be_good(visit, capsys):
    """Check says how much it read, and an empty folder says how to begin."""
    assert cli.run(["diary", str(visit.parent)]) == cli.DONE
    assert "diary PERSON add" in capsys.readouterr().out
    (visit.parent / "diary.csv").write_text("time,pain\n2026-03-02,2\n")
    assert cli.run(["diary", str(visit.parent), "check"]) == cli.DONE
    assert "1 entries from 2026-03-02" in capsys.readouterr().out
