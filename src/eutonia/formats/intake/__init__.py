"""The state of a visit as a small file beside the recordings: asked, checked, kept.

One definition of the questions (``knowledge/intake.yaml``) serves the terminal, the web and the
check of what was written by hand. Every answer may be left out or be ``unknown``.
"""

from eutonia.formats.intake.file import load, load_file, parse, path_in, save, to_mapping
from eutonia.formats.intake.questions import Question, applies, from_text, questions

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
