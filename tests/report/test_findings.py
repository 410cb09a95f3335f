"""What the tables of findings say of each number, and what of all of them at once."""

from dataclasses import replace

from eutonia.report.block import Paragraph, Table
from eutonia.report.findings import OUTSIDE, findings
from eutonia.report.words import flags_of

from .conftest import MUSCLES, REST, estimate, finding


def test_what_all_rows_of_a_table_share_is_said_once(full):
    """Same kind of interval, change and remark stand above; a mark stays with each number."""
    assessment, evidence = full
    e = replace(estimate("emg.rms", MUSCLES[0], REST, 500.0), quality=("clipped",))
    other = replace(MUSCLES[0], label="other")
    noisy = replace(e, target=other, value=400.0, quality=("clipped", "mains"))
    two = replace(assessment, findings=(finding(e), finding(noisy)), contrasts=())
    said = list(findings(two, evidence))
    at, table = next((i, b) for i, b in enumerate(said) if isinstance(b, Table))
    assert table.header == ("About", "Condition", "Value", "95 % interval", "Remarks")
    above = said[at - 1]
    assert isinstance(above, Paragraph)
    (shared,), own = flags_of(e), flags_of(noisy)[1]
    for words in ("interval within the recording", "change: repeatability unknown", shared):
        assert words in above.text
    assert own not in above.text
    assert [r[-1] for r in table.rows] == [OUTSIDE, f"{OUTSIDE}; {own}"]


def test_what_one_row_has_alone_stays_in_its_row(full):
    """A number without an interval says why beside it, and the others keep their kind."""
    assessment, evidence = full
    e = estimate("emg.rms", MUSCLES[0], REST, 50.0)
    other = replace(MUSCLES[0], label="other")
    without = replace(e, target=other, value=40.0, interval=None, no_interval="few_blocks")
    two = replace(assessment, findings=(finding(e), finding(without)), contrasts=())
    table = next(b for b in findings(two, evidence) if isinstance(b, Table))
    kinds = [r[table.header.index("Interval is")] for r in table.rows]
    assert kinds == ["within the recording", "none: too few independent blocks (fewer than 8)"]
