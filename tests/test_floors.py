"""Imports inside ``src/eutonia`` go down only, as DESIGN.md orders the floors."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "eutonia"

#: The house from the ground; a package may import what stands on lower floors, and itself.
FLOORS = (
    ("model", "knowledge"),
    ("dsp", "stats"),
    ("formats", "tracking", "simulate", "quality_eeg"),
    ("quality", "derive", "measures", "exam", "film"),
    ("read", "accuracy"),
    ("run", "judge", "norms", "watch"),
    ("earlier",),
    ("assess", "verify", "validate"),
    ("course", "plot"),
    ("report", "store", "live", "cohort"),
    ("web", "cli", "bench"),
)
FLOOR = {name: height for height, names in enumerate(FLOORS) for name in names}

#: Rooms on one floor that may still import each other, and why.
BESIDE = {
    ("knowledge", "model"): "the compiler of the data raises the model's errors",
    ("verify", "assess"): "verifying is assessing again",
    ("tracking", "formats"): "what is tracked is a video that a format has opened and checked",
}

#: Modules that stand beside the house: they may import anything, but only inside functions.
BRIDGES = frozenset({"bridges"})


@dataclass(frozen=True)
class Import:
    """One import of one module of Eutonia by another."""

    path: str
    line: int
    room: str
    target: str
    inside: bool

    def __str__(self) -> str:
        return f"src/eutonia/{self.path}:{self.line} ({self.room} imports {self.target})"


def _imports() -> Iterator[Import]:
    """Yield every import of a room of the house, also those inside functions."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inner = {
            id(node)
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for node in ast.walk(function)
        }
        relative = path.relative_to(SOURCE)
        room = relative.parts[0].removesuffix(".py")
        for node in ast.walk(tree):
            for target in _targets(node):
                yield Import(relative.as_posix(), node.lineno, room, target, id(node) in inner)


def _targets(node: ast.AST) -> Iterator[str]:
    """Yield the rooms that an import statement names."""
    if isinstance(node, ast.ImportFrom):
        if node.level:
            yield "a relative module"
        elif node.module == "eutonia":
            yield from (a.name for a in node.names if a.name != "__version__")
        elif node.module and node.module.startswith("eutonia."):
            yield node.module.split(".")[1]
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.startswith("eutonia."):
                yield alias.name.split(".")[1]


def _goes_down(found: Import) -> bool:
    if found.room in BRIDGES:
        return found.inside or FLOOR.get(found.target, 99) == 0
    if found.room == found.target or (found.room, found.target) in BESIDE:
        return True
    return FLOOR.get(found.target, 99) < FLOOR[found.room]


def test_every_module_stands_on_a_floor() -> None:
    """Each package or module directly below ``eutonia`` has its place in the house."""
    rooms = {p.stem for p in SOURCE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert rooms - {"__init__", "__main__"} - BRIDGES <= FLOOR.keys()


def test_imports_go_down_only() -> None:
    """No module imports a floor above it, or a neighbour that it has no reason to know."""
    found = [i for i in _imports() if i.room not in {"__init__", "__main__"}]
    assert len(found) > 50, "the walk found no imports: the test looks in the wrong place"
    wrong = [str(i) for i in found if not _goes_down(i)]
    assert not wrong, "\n".join(["imports that do not go down:", *wrong])


def test_the_package_itself_imports_no_floor() -> None:
    """``import eutonia`` loads nothing: its modules are imported on first use."""
    assert not [str(i) for i in _imports() if i.path == "__init__.py" and not i.inside]


def test_measures_name_derivations_and_never_import_them() -> None:
    """A measure asks for a derivation by its id, so that the runner can remember the result."""
    wrong = [str(i) for i in _imports() if i.room == "measures" and i.target == "derive"]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", sorted((SOURCE / "cli").glob("*.py")), ids=lambda p: p.name)
def test_commands_load_only_click(path: Path) -> None:
    """At the top of a command's module stand the standard library, click and ``eutonia.cli``."""
    import sys

    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    names = [
        name
        for node in top
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
        )
    ]
    light = {"click", *sys.stdlib_module_names}
    plain = {"eutonia", "eutonia.cli", "eutonia.model.errors"}
    heavy = [
        n
        for n in names
        if n.split(".")[0] not in light and n not in plain and not n.startswith("eutonia.cli.")
    ]
    assert not heavy, f"{path.name} loads {heavy} at its top; import inside the command"
