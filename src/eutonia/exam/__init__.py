"""The examination: scores, classification, red flags, work-up, and what a diary shows."""

from eutonia.exam.verdicts import comparisons, named_form, ratings, verdicts

__all__ = ["comparisons", "named_form", "ratings", "verdicts"]
