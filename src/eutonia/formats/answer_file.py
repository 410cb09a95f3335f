"""Small YAML and JSON files of answers: found, read with care, written so that none is half."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from reprlib import repr as short
from typing import Any

from eutonia.model import InvalidRecord

MAX_BYTES = 1_000_000
ENDINGS = (".yaml", ".yml", ".json")


def files_in(folder: Path, stem: str, *, several: bool = False) -> tuple[Path, ...]:
    """Return a folder's files ``STEM.yaml``, ``STEM.json``, ``*_STEM.json``, … in order.

    With `several`, also ``STEM-B.yaml`` and the like, of which a folder may hold many.
    """
    if not folder.is_dir():
        return ()
    named = re.compile(rf"(?:.+_)?{re.escape(stem)}{'(?:-.+)?' if several else ''}")
    return tuple(
        sorted(
            p
            for p in folder.iterdir()
            if p.suffix in ENDINGS and not p.name.startswith(".") and named.fullmatch(p.stem)
        )
    )


def read_mapping(path: Path) -> Any:
    """Return what a YAML or JSON file holds; an empty file holds an empty mapping.

    Words such as ``no``, ``on`` and ``10:15`` stay text, and so does a number that begins with 0.

    Raises
    ------
    InvalidRecord
        If it cannot be read, is too long, is not valid, or a key stands twice.
    """
    import yaml

    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise InvalidRecord(f"is {len(raw)} bytes long; allowed: at most {MAX_BYTES}.")
        text = raw.decode("utf-8-sig")
        if path.suffix == ".json":
            found = json.loads(text, object_pairs_hook=_once)
        else:
            found = yaml.load(text, _yaml_loader())
    except OSError as error:
        raise InvalidRecord(f"cannot be read ({error.strerror}).") from error
    except (ValueError, yaml.YAMLError, RecursionError, TypeError, AttributeError) as error:
        words = " ".join(str(error).split())[:200]
        raise InvalidRecord(f"is not valid {path.suffix[1:].upper()} ({words}).") from error
    return {} if found is None else found


def _once(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    keys = [k for k, _ in pairs]
    if len(set(keys)) < len(keys):
        twice = next(k for k in keys if keys.count(k) > 1)
        raise InvalidRecord(f"{short(twice)} stands twice; keep one.")
    return dict(pairs)


@cache
def _yaml_loader() -> Any:
    """Return a safe loader that reads ``on``, ``no``, dates and ``10:15`` as text (YAML 1.2)."""
    import yaml

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            _once([(self.construct_object(k, deep=True), v) for k, v in node.value])
            return super().construct_mapping(node, deep)

    # YAML 1.1 would read 010 as 8.
    number = r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    for tag, pattern, first in (
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", r"[-+]?(0|[1-9][0-9]{0,14})", list("-+0123456789")),
        ("float", number, list("-+.0123456789")),
    ):
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"({pattern})$"), first)
    return Loader


def write_mapping(path: Path, mapping: Mapping[str, Any]) -> Path:
    """Write a mapping in the format that the file's name says, whole or not at all."""
    if path.suffix == ".json":
        text = json.dumps(mapping, ensure_ascii=False, indent=2) + "\n"
    else:
        import yaml

        text = yaml.safe_dump(dict(mapping), allow_unicode=True, sort_keys=False)
    return write_text(path, text)


def write_text(path: Path, text: str) -> Path:
    """Write a text file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)
    return path
