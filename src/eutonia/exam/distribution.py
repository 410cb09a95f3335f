"""How a dystonia is spread over the body: the algorithm of classification §2.3, and the older one.

Which regions are neighbours, and the version of that matrix, stand in ``knowledge/regions.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from eutonia.knowledge import table
from eutonia.model import BodySide, InvalidRecord

_SIDES = ("left", "right", "both", "midline", "unknown")


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """How the affected regions are spread, with the step that decided.

    Parameters
    ----------
    value : str
        Key of ``knowledge/distributions``: none, focal, segmental, multifocal, hemidystonia,
        generalised_with_leg or generalised_without_leg.
    legacy : str
        The same in the scheme before 2013: there generalised means leg, trunk and one other part.
    unilateral : bool
        Whether two or more regions are affected, all of one known side.
    because : tuple of str
        Regions, step and matrix in words.
    version : str
        Version of the adjacency matrix, and `profile`, which of its edge sets was used.
    """

    value: str
    legacy: str
    unilateral: bool
    because: tuple[str, ...]
    version: str
    profile: str


def distribution(regions: Mapping[str, BodySide], *, profile: str = "default") -> Distribution:
    """Return the body distribution of the affected regions.

    Parameters
    ----------
    regions : mapping of str to str
        Affected region (key of ``knowledge/regions``) to its side; a limb's side is fixed, so
        there ``unknown`` will do. Their order does not matter.
    profile : {'default', 'strict'}
        Edge set; ``strict`` does not count upper face and neck as neighbours.

    Raises
    ------
    InvalidRecord
        If a region, side or profile does not exist, or a limb is given the other side.

    Examples
    --------
    >>> distribution({"UC": "unknown", "LC": "unknown"}).value
    'segmental'
    """
    neighbours = _neighbours(profile)
    sides = {region: _side(region, side) for region, side in regions.items()}
    affected = frozenset(sides)
    one_side = next(iter(sides.values()), "") if len(set(sides.values())) == 1 else ""
    unilateral = len(affected) > 1 and one_side in ("left", "right")
    value, step = _decide(affected, neighbours, hemi=unilateral and _arm_and_leg(affected))
    version = str(table("adjacency")["version"])
    return Distribution(
        value=value,
        legacy=_legacy(affected, value, neighbours),
        unilateral=unilateral,
        because=(
            f"affected: {names(affected) or 'no region'}",
            step,
            f"matrix of neighbours version {version}, profile {profile}",
        ),
        version=version,
        profile=profile,
    )


def _decide(
    affected: frozenset[str], neighbours: dict[str, frozenset[str]], *, hemi: bool
) -> tuple[str, str]:
    """Return the distribution and the step that decided; the order of the steps matters."""
    if len(affected) < 2:
        one = ("focal", "one region is affected")
        return one if affected else ("none", "no region is affected")
    if hemi:
        return "hemidystonia", "arm and leg of one side, and every other region of the same side"
    if "TR" in affected and len(affected) >= 3:
        if affected & _limbs("leg"):
            return (
                "generalised_with_leg",
                "the trunk and at least two other sites, a leg among them",
            )
        return (
            "generalised_without_leg",
            "the trunk and at least two other sites, no leg among them",
        )
    if _connected(affected, neighbours):
        return "segmental", "the regions hang together in the matrix of neighbours"
    return "multifocal", "the regions do not all hang together in the matrix of neighbours"


def _legacy(affected: frozenset[str], value: str, neighbours: dict[str, frozenset[str]]) -> str:
    """Return the value in the older scheme: generalised = leg, trunk and a part that is no leg."""
    if value in ("none", "focal", "hemidystonia"):
        return value
    legs = affected & _limbs("leg")
    if legs and "TR" in affected and affected - legs - {"TR"}:
        return "generalised"
    return "segmental" if _connected(affected, neighbours) else "multifocal"


def _connected(affected: frozenset[str], neighbours: dict[str, frozenset[str]]) -> bool:
    """Return whether every affected region is reached from any one through affected ones."""
    reached: frozenset[str] = frozenset()
    edge = frozenset([next(iter(affected))])
    while edge:
        reached |= edge
        edge = frozenset().union(*(neighbours[r] for r in edge)) & affected - reached
    return reached == affected


def _arm_and_leg(affected: frozenset[str]) -> bool:
    return bool(affected & _limbs("arm") and affected & _limbs("leg"))


def _side(region: str, side: str) -> str:
    """Return the side of a region; a limb's own side holds."""
    if region not in table("regions"):
        known = ", ".join(table("regions"))
        raise InvalidRecord(f"There is no region {region!r}; allowed: {known}.")
    entry = table("regions")[region]
    if side not in _SIDES:
        raise InvalidRecord(
            f"The side of {region} ({entry['name']}) is {side!r}; allowed: {', '.join(_SIDES)}."
        )
    fixed = str(entry["side"])
    if fixed in ("left", "right"):
        if side not in (fixed, "unknown"):
            mirror = entry["mirror"]
            raise InvalidRecord(
                f"{region} is the {entry['name']}, but its side is given as {side!r}. Leave the "
                f"side out, or enter {mirror} for the other side, or both."
            )
        return fixed
    return "none" if fixed == "none" else side


@cache
def _neighbours(profile: str) -> dict[str, frozenset[str]]:
    profiles: dict[str, Any] = table("adjacency")["profiles"]
    if profile not in profiles:
        raise InvalidRecord(
            f"There is no profile {profile!r} of neighbours; allowed: {', '.join(profiles)}."
        )
    found: dict[str, set[str]] = {region: set() for region in table("regions")}
    for a, b in profiles[profile]["edges"]:
        found[a].add(b)
        found[b].add(a)
    return {region: frozenset(others) for region, others in found.items()}


@cache
def _limbs(kind: str) -> frozenset[str]:
    return frozenset(r for r, entry in table("regions").items() if entry.get("limb") == kind)


@cache
def names(affected: frozenset[str]) -> str:
    """Return the regions in words, in the order of the table: ``neck (CE), trunk (TR)``."""
    regions: dict[str, Any] = table("regions")
    return ", ".join(f"{e['name']} ({r})" for r, e in regions.items() if r in affected)
