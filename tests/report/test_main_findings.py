"""The rows of findings on the first page."""

from dataclasses import replace

from eutonia.model import Condition
from eutonia.report.main_findings import MAX_ROWS, MAX_VALUES, main_findings

from .conftest import finding


def _plain(text):
    return text if isinstance(text, str) else "".join(getattr(p, "words", p) for p in text)


def _said(full, numbers):
    """Return the rows of made-up numbers: measure, task, target and value of each."""
    assessment, _ = full
    first = assessment.findings[0].estimate
    made = tuple(
        finding(
            replace(
                first,
                measure=measure,
                title=measure,
                tier="supportive",
                value=value,
                condition=Condition.of(task=task),
                target=replace(first.target, label=label, channels=(label,)),
            )
        )
        for measure, task, label, value in numbers
    )
    alone = replace(assessment, findings=made, contrasts=())
    return [_plain(text) for name, text in main_findings(alone) if name == "SUPPORTIVE"]


def test_the_conditions_of_a_number_stand_in_one_row(full):
    """Walking forwards is read beside walking backwards; a third condition is counted."""
    tasks = ("walking", "walking_backwards", "running")
    (row,) = _said(full, [("fake.arms", t, "arms", 90.0 - i) for i, t in enumerate(tasks)])
    assert row.index("walking: arms 90") < row.index("| walking backwards: arms 89")
    assert "running" not in row
    assert row.endswith("1 more")


def test_rows_hold_no_more_than_the_page(full):
    """Eight rows of few values, or fewer rows of many."""
    few = _said(full, [(f"fake.m{i}", "walking", "x", 50.0 - i) for i in range(20)])
    assert len(few) == MAX_ROWS
    fingers = ("a", "b", "c", "d")
    many = _said(
        full,
        [
            (f"fake.m{i}", task, finger, 50.0 - i)
            for i in range(20)
            for task in ("writing", "posture")
            for finger in fingers
        ],
    )
    assert len(many) == MAX_VALUES // (2 * len(fingers))


def test_conditions_stand_in_one_order_in_all_rows(full):
    """A task before rest, alone before with a factor, else in the order of the assessment."""
    numbers = [
        ("fake.a", "rest", "x", 90.0),
        ("fake.a", "writing", "x", 10.0),
        ("fake.b", "speaking", "x", 5.0),
        ("fake.b", "writing", "x", 80.0),
        ("fake.c", "writing", "x", 3.0),
        ("fake.c", "speaking", "x", 60.0),
    ]
    a, b, c = sorted(_said(full, numbers))
    assert a.index("writing:") < a.index("| rest:")
    assert b.index("writing:") < b.index("| speaking:")
    assert c.index("writing:") < c.index("| speaking:")


def test_a_task_stands_before_the_same_with_a_trick(full):
    """Though with the trick more is left in this number."""
    assessment, _ = full
    first = replace(assessment.findings[0].estimate, tier="supportive", title="fake")
    made = tuple(
        finding(replace(first, condition=Condition.of(task="let_go", **more), value=value))
        for value, more in ((9.0, {"trick": "on"}), (2.0, {}))
    )
    alone = replace(assessment, findings=made, contrasts=())
    (said,) = (_plain(text) for name, text in main_findings(alone) if name == "SUPPORTIVE")
    assert said.index("let go: ") < said.index("let go, trick on: ")
