"""Measures of the hand."""
