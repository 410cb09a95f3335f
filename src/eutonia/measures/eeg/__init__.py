"""Scalp EEG."""
