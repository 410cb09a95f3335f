"""REDCap: the data dictionary of a project, and its data as CSV, out and in.

Forms and fields come from the same nouns and questions as everything else. What a person has once
stands in the forms ``person`` and ``history``; all else repeats, linked by numbers of instances.
"""

from eutonia.formats.redcap.dictionary import COLUMNS, dictionary, repeating
from eutonia.formats.redcap.receive import import_rows
from eutonia.formats.redcap.send import export_rows

__all__ = ["COLUMNS", "dictionary", "export_rows", "import_rows", "repeating"]
