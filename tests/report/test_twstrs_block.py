"""What the report says of items of the TWSTRS that a video proposes, and of the others."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.model import Condition, Interval, Target
from eutonia.report.block import Paragraph, Table
from eutonia.report.filmed import filmed

from .conftest import estimate, finding

EVIDENCE = {
    "video/neck.mp4": {
        "size": np.array([640, 480]),
        "rate_hz": np.array(30.0),
        "span_s": np.zeros((0, 2)),
        "span_names": np.array([], dtype=str),
    }
}


@pytest.mark.parametrize(("near", "proposed"), [(-15.0, True), (-3.0, False)])
def test_a_large_shift_is_never_passed_over_in_silence(empty, near, proposed):
    """It is proposed as present, or it is said why not; and what is missing is not none."""
    target = Target(label="shift lateral", channels=("s",), sites=("shift_lateral",))
    shift = replace(
        estimate("head.shift_lat", target, Condition.of(task="let_go"), -23.0),
        unit="%",
        interval=Interval(lo=-30.0, hi=near, kind="within the recording", method="test"),
        valid=(-13.0, 13.0),
    )
    blocks = list(filmed(replace(empty[0], findings=(finding(shift),)), EVIDENCE))
    tables = [b for b in blocks if isinstance(b, Table)]
    assert bool(tables) is proposed
    if proposed:
        assert tables[0].rows[0][:3] == ("lateral shift", "1", "1")
    last = [b for b in blocks if isinstance(b, Paragraph)][-1]
    assert ("Not proposed: " in last.text) is not proposed
    assert "it is not 'none'" in last.text
