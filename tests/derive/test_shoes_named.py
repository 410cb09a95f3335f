"""Walks of which it was not said whether in shoes."""

import pytest

from eutonia.derive.shoes_named import shoes_unsaid
from eutonia.model import Condition, Span


def walks(*levels):
    return [
        Span(
            recording="film", start_s=10.0 * i, stop_s=10.0 * i + 10, condition=Condition.of(**one)
        )
        for i, one in enumerate(levels)
    ]


SHOD = {"task": "walking", "shoes": "on"}
BARE = {"task": "walking", "shoes": "off"}
BACK = {"task": "walking_backwards"}


@pytest.mark.parametrize(
    ("segments", "taken"),
    [((SHOD, BACK), "in shoes"), ((BARE, BACK), "barefoot"), ((BARE, SHOD, BACK), "barefoot")],
)
def test_it_is_said_as_what_a_walk_is_taken(segments, taken):
    """What is not said of shoes is as in the other walk, and barefoot where these were both."""
    (issue,) = shoes_unsaid(walks(*segments))
    assert "'walking backwards'" in issue.message
    assert f"compared as {taken}" in issue.message


@pytest.mark.parametrize(
    "segments",
    [({"task": "walking"}, BACK), ({"task": "walking"}, SHOD), ({**BACK, "shoes": "on"}, SHOD)],
)
def test_nothing_is_said_where_nothing_is_missing(segments):
    """Walks that all state nothing, or all state it, and plain walking beside shoes, are clear."""
    assert shoes_unsaid(walks(*segments)) == ()
