"""The intake file of a visit: read, checked, written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from functools import cache
from pathlib import Path
from reprlib import repr as short
from typing import Any

from eutonia.formats.intake.questions import applies, check, no_such_field, questions, skipped
from eutonia.model import InvalidRecord, VisitState

MAX_BYTES = 1_000_000
_BECAUSE = {
    "toxin_product": "toxin_never is yes",
    "toxin_day": "toxin_never is yes",
    "toxin_cycle": "toxin_never is yes",
    "stimulator_minutes": "stimulator is none",
    "safety_reported": "safety_asked is not yes",
}


def parse(mapping: Mapping[str, Any]) -> VisitState:
    """Check the answers and return them as the state of the visit.

    Parameters
    ----------
    mapping : mapping of str to object
        Field of `VisitState` to answer. An answer that is None, empty, ``unknown`` or ``skip``
        counts as not known.

    Raises
    ------
    InvalidRecord
        If a field does not exist, an answer is outside its range, two answers contradict each
        other, or a dose or a name is given; says the field, the value and what is allowed.
    """
    if not isinstance(mapping, Mapping):
        raise InvalidRecord(
            f"The intake must be a mapping of field to answer, not {short(mapping)}."
        )
    asked = {q.field: q for q in questions()}
    answers: dict[str, Any] = {}
    for key, value in mapping.items():
        if key not in asked:
            raise InvalidRecord(no_such_field(key, list(asked)))
        if not skipped(asked[key], value):
            answers[key] = check(asked[key], value)
    for key in answers:
        if not applies(asked[key], answers):
            raise InvalidRecord(f"{key} is given, but {_BECAUSE[key]}; change one of them.")
    return VisitState(**answers)


# --- files --------------------------------------------------------------------------------------


def path_in(folder: Path) -> Path | None:
    """Return the intake file of a visit's folder, or None.

    Raises
    ------
    InvalidRecord
        If there are several: none of them can be preferred.
    """
    if not folder.is_dir():
        return None
    names = ("intake.yaml", "intake.yml", "intake.json")
    found = sorted(
        {p for p in folder.iterdir() if p.name in names or p.name.endswith("_intake.json")}
    )
    if len(found) > 1:
        listed = ", ".join(p.name for p in found)
        raise InvalidRecord(f"{folder.name} holds several intake files ({listed}); keep one.")
    return found[0] if found else None


def load(folder: Path) -> VisitState:
    """Read the state of a visit from its folder; without an intake file nothing is known.

    Raises
    ------
    InvalidRecord
        If the file breaks its rules (see `parse`), or there are several.
    """
    path = path_in(Path(folder))
    return load_file(path) if path else VisitState()


def load_file(path: Path) -> VisitState:
    """Read the state of a visit from one YAML or JSON file (see `parse`)."""
    try:
        return parse(_mapping(Path(path)) or {})
    except InvalidRecord as error:
        raise InvalidRecord(f"{path.name}: {error}") from error


def _mapping(path: Path) -> Any:
    import yaml

    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise InvalidRecord(f"is {len(raw)} bytes long; an intake has at most {MAX_BYTES}.")
        text = raw.decode("utf-8-sig")
        if path.suffix == ".json":
            return json.loads(text, object_pairs_hook=_once)
        return yaml.load(text, _yaml_loader())
    except OSError as error:
        raise InvalidRecord(f"cannot be read ({error.strerror}).") from error
    except (ValueError, yaml.YAMLError, RecursionError, TypeError, AttributeError) as error:
        words = " ".join(str(error).split())[:200]
        raise InvalidRecord(f"is not valid {path.suffix[1:].upper()} ({words}).") from error


def _once(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    keys = [k for k, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise InvalidRecord(f"{short(key)} stands twice; keep one.")
    return dict(pairs)


@cache
def _yaml_loader() -> Any:
    """Return a safe loader that reads ``on``, ``no`` and ``10:15`` as text (YAML 1.2)."""
    import yaml

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            _once([(self.construct_object(k, deep=True), v) for k, v in node.value])
            return super().construct_mapping(node, deep)

    for tag, pattern, first in (
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", r"[-+]?[0-9]{1,15}", list("-+0123456789")),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ):
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"({pattern})$"), first)
    return Loader


def to_mapping(state: VisitState) -> dict[str, Any]:
    """Return what is known of the state, as plain JSON values; `parse` reads it back."""
    default = {f.name: f.default for f in fields(VisitState) if f.default is not MISSING}
    known = {k: v for k, v in asdict(state).items() if v != default[k]}
    plain: dict[str, Any] = json.loads(json.dumps(known))
    return plain


def save(state: VisitState, folder: Path) -> Path:
    """Write the state into the visit's folder and return the file.

    An intake file that is there is replaced in its own format; else ``intake.json`` is written.
    """
    path = path_in(folder) or folder / "intake.json"
    known = to_mapping(state)
    if path.suffix == ".json":
        text = json.dumps(known, ensure_ascii=False, indent=2) + "\n"
    else:
        import yaml

        text = yaml.safe_dump(known, allow_unicode=True, sort_keys=False)
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)
    return path
