"""Eutonia: objective measures of dystonia with honest uncertainty.

Nothing heavy is imported here: ``eutonia.read``, ``eutonia.run``, ``eutonia.assess`` and the other
modules load on first use.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

_MODULES = frozenset(
    [
        "assess",
        "bridges",
        "derive",
        "formats",
        "judge",
        "knowledge",
        "measures",
        "model",
        "plot",
        "read",
        "report",
        "run",
        "simulate",
        "verify",
    ]
)

__all__ = ["__version__"]


def __getattr__(name: str) -> ModuleType:
    if name in _MODULES:
        return import_module(f"eutonia.{name}")
    raise AttributeError(f"module 'eutonia' has no attribute {name!r}")
