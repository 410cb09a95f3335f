"""The state of a visit as a small file beside the recordings: asked, checked, kept.

One definition of the questions (``knowledge/intake.yaml``) serves the terminal, the web and the
check of what was written by hand. Every answer may be left out or be ``unknown``.
"""

from eutonia.formats import questions as _questions
from eutonia.formats.intake.file import load, load_file, parse, path_in, save
from eutonia.formats.plain import to_mapping
from eutonia.formats.questions import Question, applies
from eutonia.formats.typed import from_text

__all__ = [
    "Question",
    "applies",
    "from_text",
    "load",
    "load_file",
    "parse",
    "path_in",
    "questions",
    "save",
    "to_mapping",
]


def questions() -> tuple[Question, ...]:
    """Return the questions of the intake in the order in which they are asked."""
    return _questions.questions("intake")
