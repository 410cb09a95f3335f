"""The rules of the video tracker's tables: each broken rule is found and named."""

import copy

import pytest

from eutonia.knowledge.compile import read_sources
from eutonia.knowledge.rules.video import problems


@pytest.fixture(scope="module")
def sources():
    """Return the real sources."""
    return read_sources()


def test_the_files_keep_their_rules(sources):
    """The tables that ship break no rule of this module."""
    assert list(problems(sources)) == []


def _short_hash(s):
    s["video_models"]["face_landmarks"]["sha256"] = "abc"


def _package_unknown(s):
    s["video_models"]["face_landmarks"]["package"] = "elsewhere"


def _nowhere_in_package(s):
    del s["video_models"]["hand_landmarks"]["member"]


def _no_licence(s):
    del s["video_packages"]["mediapipe"]["licence"]


def _task_unknown(s):
    s["video_parts"]["by_task"]["flying"] = {"face": 0}


def _protocol_unknown(s):
    s["video_parts"]["by_protocol"]["knee"] = {"body": 0}


def _part_unknown(s):
    s["video_parts"]["by_protocol"]["neck"] = {"neck": 0}


def _too_rare(s):
    s["video_parts"]["by_protocol"]["neck"]["body"] = 5


def _default_incomplete(s):
    del s["video_parts"]["default"]["hands"]


def _table_missing(s):
    del s["video_parts"]


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (_short_hash, "face_landmarks has no SHA-256"),
        (_package_unknown, "face_landmarks comes from no package"),
        (_nowhere_in_package, "hand_landmarks needs a file"),
        (_no_licence, "mediapipe needs a version, a licence"),
        (_task_unknown, "by_task has 'flying'"),
        (_protocol_unknown, "by_protocol has 'knee'"),
        (_part_unknown, "by_protocol neck has 'neck'"),
        (_too_rare, "body needs 0 to 1 seconds"),
        (_default_incomplete, "default lacks hands"),
        (_table_missing, "video_parts: is missing"),
    ],
)
def test_a_broken_rule_is_named(sources, break_it, words):
    """Each kind of mistake gives a sentence that names the table and the entry."""
    broken = copy.deepcopy(sources)
    break_it(broken)
    assert any(words in problem for problem in problems(broken))
