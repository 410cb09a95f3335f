"""The state of a visit as a small file beside the recordings: asked, checked, kept.

One definition of the questions (``knowledge/intake.yaml``) serves the terminal, the web and the
check of what was written by hand. Every answer may be left out or be ``unknown``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from reprlib import repr as short
from typing import Any

from eutonia.knowledge import find, table
from eutonia.model import Drug, InvalidRecord, VisitState

MAX_BYTES = 1_000_000
MAX_TEXT = 2_000
_SKIPPED = frozenset(["", "skip", "unknown", "?"])
_YES_NO = {"yes": True, "no": False, "true": True, "false": False, "y": True, "n": False}
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
_DOSE = re.compile(r"\d\s*(mg|µg|μg|mcg|ug|ml|g|iu|u|units?|mu|ie|e)\b", re.IGNORECASE)
_DOSE_KEY = re.compile(r"(^|_)(dose|dosage|units|mg|mcg|amount|strength)(_|$)")
_NAME_KEY = re.compile(
    r"(^|_)(name|surname|firstname|lastname|birth\w*|dob|address|email|phone)(_|$)"
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the intake.

    Parameters
    ----------
    field : str
        Field of `VisitState` that the answer goes to.
    ask, help : str
        The question, and what the answer means.
    kind : str
        ``yes_no``, ``choice``, ``choices``, ``number``, ``integer``, ``text``, ``texts``, ``time``
        or ``drugs``.
    part : str
        Heading under which it is asked.
    choices : tuple of str
        The only answers of a choice; suggestions for a text.
    lo, hi : float or None
        Allowed range of a number.
    unit : str
        Its unit.
    """

    field: str
    ask: str
    kind: str
    part: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    lo: float | None = None
    hi: float | None = None
    unit: str = ""

    @property
    def allowed(self) -> str:
        """What may be answered, in words."""
        unit = f" {self.unit}" if self.unit else ""
        match self.kind:
            case "choice" | "choices":
                several = "any of " if self.kind == "choices" else ""
                return several + ", ".join(self.choices)
            case "number" | "integer":
                whole = "a whole number, " if self.kind == "integer" else ""
                return f"{whole}{self.lo:g} to {self.hi:g}{unit}"
            case "yes_no":
                return "yes or no"
            case "time":
                return "hours and minutes, such as 10:15"
            case "drugs":
                return (
                    f"a list of name and minutes_since_dose ({self.lo:g} to {self.hi:g}); no dose"
                )
            case "texts":
                return f"a list of texts of at most {MAX_TEXT} characters"
        return f"text of at most {MAX_TEXT} characters"


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions in the order in which they are asked."""
    asked = [Question(**{**q, "choices": tuple(q.get("choices", ()))}) for q in _definitions()]
    return tuple(asked)


def _definitions() -> list[dict[str, Any]]:
    forms = tuple(table("forms"))
    return [{**q, "choices": forms} if q["field"] == "form" else dict(q) for q in table("intake")]


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
            raise InvalidRecord(_no_such_field(key, list(asked)))
        if not _skipped(asked[key], value):
            answers[key] = _check(asked[key], value)
    state = VisitState(**answers)
    _contradictions(state)
    return state


def _no_such_field(key: object, known: list[str]) -> str:
    word = str(key).lower() if isinstance(key, str) else ""
    if _DOSE_KEY.search(word):
        return f"{short(key)} is not stored: Eutonia keeps no dose. Leave the field out."
    if _NAME_KEY.search(word):
        return f"{short(key)} is not stored: a visit carries a pseudonym only. Leave the field out."
    near = get_close_matches(word, known, n=2) or known
    return f"There is no field {short(key)}; did you mean {' or '.join(near)}?"


def _skipped(question: Question, value: object) -> bool:
    """Return whether nothing is known; a choice may have ``unknown`` as a level of its own."""
    if value is None:
        return True
    return (
        isinstance(value, str)
        and value.strip().lower() in _SKIPPED
        and value.strip().lower() not in question.choices
    )


def _wrong(question: Question, value: object) -> InvalidRecord:
    return InvalidRecord(f"{question.field} is {short(value)}; allowed: {question.allowed}.")


def _check(question: Question, value: Any) -> Any:
    match question.kind:
        case "yes_no":
            return _yes_no(question, value)
        case "number" | "integer":
            return _number(question, value)
        case "choice":
            return _choice(question, value)
        case "choices":
            many = value if isinstance(value, list | tuple) else [value]
            return tuple(dict.fromkeys(_choice(question, v) for v in many))
        case "texts":
            many = value if isinstance(value, list | tuple) else [value]
            return tuple(_text(question, v) for v in many)
        case "time":
            if not (isinstance(value, str) and _TIME.fullmatch(value.strip())):
                raise _wrong(question, value)
            return value.strip().zfill(5)
        case "drugs":
            many = value if isinstance(value, list | tuple) else [value]
            none = [v.strip().lower() for v in many if isinstance(v, str)] in (["none"], ["no"])
            return () if none else tuple(_drug(question, v) for v in many)
    return _text(question, value)


def _yes_no(question: Question, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _YES_NO:
        return _YES_NO[value.strip().lower()]
    raise _wrong(question, value)


def _number(question: Question, value: object) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise _wrong(question, value)
    if question.kind == "integer" and value != int(value):
        raise _wrong(question, value)
    low, high = question.lo, question.hi
    if (low is not None and value < low) or (high is not None and value > high):
        raise _wrong(question, value)
    return int(value) if question.kind == "integer" else float(value)


def _finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _choice(question: Question, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(question, value)
    word = value.strip().lower()
    if question.field == "form":
        word = find("forms", value)
    elif question.field == "affected_side":
        word = find("sides", value) or word
    if word not in question.choices:
        raise _wrong(question, value)
    return word


def _text(question: Question, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        raise _wrong(question, value)
    if question.field in ("toxin_product", "drugs") and _DOSE.search(value):
        raise InvalidRecord(
            f"{question.field} is {short(value)}: Eutonia keeps no dose. Give the product only."
        )
    return value.strip()


def _drug(question: Question, value: object) -> Drug:
    if isinstance(value, str):
        return Drug(name=_text(question, value))
    if not isinstance(value, Mapping):
        raise _wrong(question, value)
    for key in value:
        if key not in ("name", "minutes_since_dose"):
            raise InvalidRecord("drugs: " + _no_such_field(key, ["name", "minutes_since_dose"]))
    minutes = value.get("minutes_since_dose")
    known = not _skipped(question, minutes)
    return Drug(
        name=_text(question, value.get("name")),
        minutes_since_dose=float(_number(question, minutes)) if known else None,
    )


def _contradictions(state: VisitState) -> None:
    had = [
        f for f in ("toxin_product", "toxin_day", "toxin_cycle") if getattr(state, f) is not None
    ]
    if state.toxin_never and had:
        raise InvalidRecord(f"toxin_never is yes, but {had[0]} is given; change one of them.")
    if state.safety_reported and not state.safety_asked:
        raise InvalidRecord("safety_reported is given, but safety_asked is not yes; set it to yes.")
    if state.stimulator == "none" and state.stimulator_minutes is not None:
        raise InvalidRecord("stimulator is none, but stimulator_minutes is given; change one.")


# --- answers typed by a person ------------------------------------------------------------------


def from_text(question: Question, text: str) -> Any:
    """Read what a person typed as an answer that `parse` takes; None where it was skipped.

    Raises
    ------
    InvalidRecord
        If it is not an answer to this question.
    """
    text = text.strip()
    if _skipped(question, text):
        return None
    value: Any = text
    if question.kind in ("number", "integer"):
        value = _typed_number(question, text)
    elif question.kind == "choice" and text.isascii() and text.isdigit():
        value = dict(enumerate(question.choices, start=1)).get(int(text[:9]), text)
    elif question.kind == "choices":
        value = [part.strip() for part in text.split(",") if part.strip()]
    elif question.kind in ("texts", "drugs"):
        parts = [part.strip() for part in text.split(";") if part.strip()]
        none = text.lower() in ("none", "no", "nothing")
        value = [] if none else [_typed_drug(question, p) for p in parts]
    _check(question, value)
    return value


def _typed_number(question: Question, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise _wrong(question, text) from None


def _typed_drug(question: Question, text: str) -> Any:
    name, colon, minutes = text.rpartition(":")
    if question.kind != "drugs" or not colon:
        return text
    known = minutes.strip().lower() not in _SKIPPED
    number = _typed_number(question, minutes.replace("min", "")) if known else None
    return {"name": name.strip(), "minutes_since_dose": number}


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
