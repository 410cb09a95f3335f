"""Landmarks as one file, written and read again; its format stands with the other formats."""

from eutonia.formats.landmarks import SUFFIX, load, note, save

__all__ = ["SUFFIX", "load", "note", "save"]
