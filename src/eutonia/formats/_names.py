"""Names of channels that are told apart."""

from __future__ import annotations

from collections.abc import Sequence

from eutonia.model import Issue


def unique(labels: Sequence[str]) -> tuple[list[str], list[Issue]]:
    """Make repeated labels unique by a number, and report them."""
    names: dict[str, None] = {}
    next_k: dict[str, int] = {}
    issues = []
    for i, label in enumerate(labels):
        name, k = label or f"channel {i + 1}", next_k.get(label, 2)
        while name in names:
            name, k = f"{label or 'channel'} ({k})", k + 1
        next_k[label] = k
        if name != label and label:
            message = f"The label {label!r} occurs more than once; this one is now {name!r}."
            issues.append(
                Issue(code="repeated_label", severity="warning", message=message, channel=name)
            )
        names[name] = None
    return list(names), issues
