"""Codes of terminologies for what was concluded: suggestions that the clinician confirms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eutonia.knowledge import table
from eutonia.model import Aetiology, Conclusion

#: In the order in which they are given.
SYSTEMS = (
    "icd10cm",
    "icd10who",
    "icd11_foundation",
    "hpo",
    "mondo",
    "orpha",
    "omim",
    "mesh",
    "snomed_ct",
)
_ICD10 = ("icd10cm", "icd10who")
#: Where a data set keeps the confirmations of licences.
LICENCES = "licences"


@dataclass(frozen=True, kw_only=True)
class Code:
    """One code that may fit; a suggestion that the clinician confirms.

    Parameters
    ----------
    system : str
        Key of ``knowledge/code_systems``.
    code, label : str
        As the terminology has them; the label of a code that we know by its id alone is that of
        the concept.
    concept : str
        Key of ``knowledge/codes``.
    why : str
        What it was derived from.
    note : str
        Traps: what must not be coded beside it, or how versions differ.
    alias : bool
        Whether it is only an older or a billing placement, never the first suggestion.
    """

    system: str
    code: str
    label: str
    concept: str
    why: str
    note: str = ""
    alias: bool = False

    @property
    def uri(self) -> str:
        """The terminology's uri, as FHIR names it."""
        return str(table("code_systems")[self.system]["uri"])

    @property
    def curie(self) -> str:
        """The code with the prefix of its terminology, such as ``HP:0000473``."""
        prefix = table("code_systems")[self.system]["prefix"]
        return self.code if self.code.startswith(f"{prefix}:") else f"{prefix}:{self.code}"


def codes_for(
    conclusions: Sequence[Conclusion],
    form: str = "",
    *,
    aetiology: Sequence[Aetiology] = (),
    family: bool | None = None,
    snomed: bool = False,
) -> tuple[Code, ...]:
    """Return codes that may fit, each with its reason and its traps.

    Parameters
    ----------
    conclusions : sequence of Conclusion
        Of the classification; only a decided distribution gives codes.
    form : str
        Form as the examiner names it, a key of ``knowledge/forms``. Where it has ICD codes, the
        distribution gives none: the more specific code holds.
    aetiology : sequence of Aetiology
        As the examiner concludes; ICD-10 depends on it for generalised dystonia.
    family : bool or None
        Whether a relative has dystonia.
    snomed : bool
        Whether SNOMED CT may be used (see `licensed`).
    """
    found: list[Code] = []
    coded = False
    for kind, key, why in _grounds(conclusions, form):
        concept = concept_of(kind, key)
        if not concept:
            continue
        systems = [s for s in SYSTEMS if (snomed or s != "snomed_ct")]
        if coded:
            systems = [s for s in systems if s not in _ICD10]
        entry = table("codes")[concept]
        found += _codes(concept, entry, systems, why, _cause(entry, aetiology, family))
        coded = coded or any(s in entry for s in _ICD10)
    unique = {(c.system, c.code): c for c in reversed(found)}
    return tuple(c for c in found if unique[c.system, c.code] is c)


def concept_of(kind: str, key: str) -> str:
    """Return the concept that stands for a key of ours, or an empty string.

    Parameters
    ----------
    kind : {'form', 'region', 'distribution'}
    key : str
        Such as ``writers_cramp``, ``UR`` or ``segmental``.
    """
    return _stands_for().get((kind, key), "")


@cache
def _stands_for() -> dict[tuple[str, str], str]:
    return {
        (kind, key): concept
        for concept, entry in table("codes").items()
        for kind, keys in entry.get("stands_for", {}).items()
        for key in keys
    }


def terms(concept: str, system: str) -> dict[str, str]:
    """Return the codes of a concept in one terminology, with their labels."""
    entry = table("codes")[concept]
    held = entry.get(system, {})
    return dict(held) if isinstance(held, dict) else dict.fromkeys(held, entry["name"])


def _grounds(conclusions: Sequence[Conclusion], form: str) -> Iterator[tuple[str, str, str]]:
    if form:
        yield "form", form, f"form as the examiner names it: {form.replace('_', ' ')}"
    for one in conclusions:
        if one.about == "distribution" and one.axis == "I":
            yield "distribution", one.value, one.words or f"distribution: {one.value}"


def _cause(entry: dict[str, Any], aetiology: Sequence[Aetiology], family: bool | None) -> str:
    """Return the ICD-10 code that the cause decides, or an empty string."""
    by_cause = entry.get("by_cause", {})
    blocks = {a.block for a in aetiology}
    for block in ("genetic", "acquired"):
        if block in blocks:
            return str(by_cause.get(block, ""))
    if "idiopathic" in blocks and family is not None:
        return str(by_cause.get("familial" if family else "idiopathic", ""))
    return ""


def _codes(
    concept: str, entry: dict[str, Any], systems: Sequence[str], why: str, cause: str
) -> Iterator[Code]:
    for system in systems:
        for code, label in terms(concept, system).items():
            if cause and system in _ICD10 and code != cause:
                continue
            yield Code(
                system=system,
                code=code,
                label=label,
                concept=concept,
                why=why,
                note=entry.get("note", ""),
                alias=code in entry.get("aliases", ()),
            )


def licensed(name: str, folder: Path) -> bool:
    """Return whether the data set confirms a licence by a file ``licences/NAME.txt``.

    Looked for in the folder and in those above it, up to the data set's root (the folder of
    ``dataset_description.json``), or the folder's parent where there is none.
    """
    above = [folder, *folder.parents]
    roots = [i for i, f in enumerate(above) if (f / "dataset_description.json").is_file()]
    # Derivatives are data sets of their own inside another: the outermost counts.
    within = above[: max(roots) + 1] if roots else above[:2]
    files = (f / LICENCES / f"{name}.txt" for f in within)
    # An empty file is no licence.
    return any(f.is_file() and f.stat().st_size > 0 for f in files)
