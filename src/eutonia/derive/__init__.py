"""Derivations: one recording becomes another, declared and memoised like measures."""
