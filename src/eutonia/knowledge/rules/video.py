"""Rules of the video tracker: its models, their packages, and what a video is searched for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_PARTS = frozenset(["face", "body", "hands"])
_SHA256 = re.compile(r"[0-9a-f]{64}")


def problems(sources: dict[str, Any]) -> Iterator[str]:
    """Yield every broken rule as ``table: what is wrong``."""
    names = ("video_models", "video_packages", "video_parts")
    if missing := [name for name in names if not sources.get(name)]:
        yield from (f"{name}: is missing or empty" for name in missing)
        return
    yield from _models(sources["video_models"], sources["video_packages"])
    yield from _parts(sources)


def _models(models: dict[str, Any], packages: dict[str, Any]) -> Iterator[str]:
    for name, model in models.items():
        if not _SHA256.fullmatch(str(model.get("sha256", ""))):
            yield f"video_models: {name} has no SHA-256"
        if model.get("package") not in packages:
            yield f"video_models: {name} comes from no package of ours"
        if not (model.get("file") and model.get("member") and model.get("for")):
            yield f"video_models: {name} needs a file, its place in the package and what it is for"
    for name, package in packages.items():
        if not (package.get("version") and package.get("licence") and package.get("python")):
            yield f"video_packages: {name} needs a version, a licence and an interpreter"


def _parts(sources: dict[str, Any]) -> Iterator[str]:
    rules = sources["video_parts"]
    tasks = sources["conditions"]["task"]["levels"]
    for group, allowed in (("by_protocol", sources["protocols"]), ("by_task", tasks)):
        for name, parts in rules[group].items():
            if name not in allowed:
                yield f"video_parts: {group} has {name!r}, which does not exist"
            yield from _seconds(f"{group} {name}", parts)
    yield from _seconds("default", rules["default"])
    if missing := _PARTS - rules["default"].keys():
        yield f"video_parts: default lacks {', '.join(sorted(missing))}"


def _seconds(where: str, parts: dict[str, Any]) -> Iterator[str]:
    for part, every_s in parts.items():
        if part not in _PARTS:
            yield f"video_parts: {where} has {part!r}; allowed: {', '.join(sorted(_PARTS))}"
        if not isinstance(every_s, int | float) or not 0 <= every_s <= 1:
            yield f"video_parts: {where}: {part} needs 0 to 1 seconds"
