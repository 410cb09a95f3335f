"""Measures of mouth and jaw."""
