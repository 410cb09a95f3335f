"""Examination and history as small files beside the recordings: asked, checked, kept.

One definition of the questions (``knowledge/examination.yaml``, ``history.yaml``) serves files,
terminal, web and exchange. Several raters give several files of one visit; the history belongs to
the person and lies in the person's folder or the visit's.
"""

from eutonia.formats.examination.file import (
    earlier_examinations,
    earlier_session,
    examination_file,
    files_for,
    load_examination,
    load_examinations,
    load_history,
    load_history_file,
    parse_entry,
    parse_examination,
    parse_history,
    save_examination,
    save_history,
    sessions_before,
)
from eutonia.formats.examination.template import template
from eutonia.formats.plain import to_mapping

__all__ = [
    "earlier_examinations",
    "earlier_session",
    "examination_file",
    "files_for",
    "load_examination",
    "load_examinations",
    "load_history",
    "load_history_file",
    "parse_entry",
    "parse_examination",
    "parse_history",
    "save_examination",
    "save_history",
    "sessions_before",
    "template",
    "to_mapping",
]
