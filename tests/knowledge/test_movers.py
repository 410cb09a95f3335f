"""The table of what each task uses keeps its rules."""

import copy

import pytest

from eutonia.knowledge import table
from eutonia.knowledge.compile import problems, read_sources


@pytest.fixture(scope="module")
def sources():
    return read_sources()


@pytest.mark.parametrize(
    ("task", "entry", "words"),
    [
        ("flying", {"sides": "both"}, "no task is called 'flying'"),
        ("writing", {"own": ["hand"]}, "one or both sides"),
        ("writing", {"sides": "one", "own": ["tail"]}, "no muscle and no region"),
        ("writing", {"sides": "one", "agonists": ["flubber"]}, "agonist 'flubber'"),
    ],
)
def test_a_broken_rule_is_named(sources, task, entry, words):
    """A task, region or muscle that does not exist is found when the tables are compiled."""
    broken = copy.deepcopy(sources)
    broken["movers"][task] = entry
    assert any(words in p for p in problems(broken))


def test_agonists_are_used_by_their_task():
    """A muscle that moves in a task belongs to it, and has an antagonist in the table."""
    muscles = table("muscles")
    for task, entry in table("movers").items():
        used = {*entry.get("own", ()), *entry.get("either", ())}
        for muscle in (*entry.get("agonists", ()), *entry.get("agonists_opposite", ())):
            assert muscle in used or muscles[muscle]["region"] in used, task
            assert muscles[muscle]["antagonists"], task


def test_no_task_has_two_antagonists_as_agonists():
    """Of a pair of antagonists on one side, at most one moves in a task."""
    muscles = table("muscles")
    for task, entry in table("movers").items():
        for listed in (entry.get("agonists", ()), entry.get("agonists_opposite", ())):
            opposed = {a for m in listed for a in muscles[m]["antagonists"]}
            assert not opposed & set(listed), task


def test_tasks_of_any_part_of_the_body_are_left_out():
    """Of posture, hold, let go and range nothing is said, and rest uses nothing."""
    assert not {"rest", "mvc", "posture", "hold", "let_go", "range"} & table("movers").keys()
