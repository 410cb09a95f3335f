"""Why a flagged channel is left out."""

from eutonia.run.flagged import why_flagged


def test_flags_without_a_sentence_of_their_own_are_named_in_one():
    """Two plain flags make one sentence; an envelope keeps its article."""
    assert (
        why_flagged({"clipped", "flat"}, {"clipped", "flat"}) == "The channel is clipped and flat."
    )
    assert why_flagged({"envelope"}, {"envelope"}) == "The channel is an envelope."


def test_each_flag_of_a_video_says_what_would_help():
    """Dropped pictures and a lid that is not calibrated: both say what to do."""
    said = why_flagged({"too_uneven", "uncalibrated"}, {"too_uneven", "uncalibrated"})
    assert "brighter light" in said
    assert "ten gentle closures" in said
    assert "too_uneven" not in said


def test_filmed_closures_are_not_asked_for_again():
    """Where they were filmed and failed, the sentence says so instead."""
    said = why_flagged({"uncalibrated", "closures_unlike_open"}, {"uncalibrated"})
    assert "were filmed" in said
    assert "Film ten" not in said
