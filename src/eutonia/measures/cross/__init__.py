"""Measures across two instruments."""
