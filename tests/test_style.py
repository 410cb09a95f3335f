"""The house style that ruff and mypy do not check."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "eutonia"
MAX_LINES = 450

#: Pieces, so that this file does not name the hosts itself.
REGISTRIES = tuple("".join(p) for p in (("pypi", ".org"), ("pythonhosted", ".org")))
LOCKS = frozenset(
    {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pixi.lock", "pylock.toml"}
)
EMPTY_NAMES = frozenset({"utils", "helpers", "manager", "util", "helper", "misc", "common"})


def _modules(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found, f"no modules in {folder}: the test looks in the wrong place"
    return found


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _files() -> list[Path]:
    """Return every file of the project: those git knows or would add, else all but the hidden."""
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(git, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        return [ROOT / name for name in listed.split("\0") if (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        folders = ("src", "tests", "docs", "examples", "samples", "tools")
        return [p for f in folders for p in (ROOT / f).rglob("*") if p.is_file()]


def _tests() -> Iterator[tuple[str, str | None]]:
    for path in _modules(ROOT / "tests"):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.relative_to(ROOT)}::{node.name}", ast.get_docstring(node)


def test_every_test_names_its_property_in_one_sentence() -> None:
    """Each test has a docstring of a single sentence that ends with a full stop."""
    # A full stop inside a sentence, as in "i.e." or "events.tsv", is not followed by a capital.
    broken = [
        name
        for name, doc in _tests()
        if not doc or not doc.strip().endswith(".") or re.search(r"[.!?]\s+[A-Z]", doc.strip())
    ]
    assert not broken, "no one-sentence docstring:\n" + "\n".join(broken)


def test_everything_public_is_documented() -> None:
    """Each public module, class, function and method in the package has a docstring."""
    missing = []
    for path in _modules(SOURCE):
        tree = _tree(path)
        where = str(path.relative_to(ROOT))
        if not ast.get_docstring(tree):
            missing.append(where)
        for node in tree.body:
            missing += [f"{where}::{name}" for name in _undocumented(node)]
    assert not missing, "no docstring:\n" + "\n".join(missing)


def _undocumented(node: ast.AST, prefix: str = "") -> Iterator[str]:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
        return
    if not ast.get_docstring(node):
        yield prefix + node.name
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            yield from _undocumented(inner, f"{prefix}{node.name}.")


def test_modules_stay_short() -> None:
    """No module of the package is longer than 450 lines."""
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in _modules(SOURCE)}
    assert not {str(p): n for p, n in lengths.items() if n > MAX_LINES}


def test_modules_are_named_after_what_they_hold() -> None:
    """No module or package has a name that says nothing, such as ``utils``."""
    assert not [str(p) for p in SOURCE.rglob("*") if p.stem.strip("_") in EMPTY_NAMES]


def test_no_file_names_a_package_registry() -> None:
    """No file of the project holds the host name of a package registry."""
    wrong = []
    for path in _files():
        data = path.read_bytes()
        wrong += [str(path) for host in REGISTRIES if host.encode() in data]
    assert not wrong


def test_no_lock_file_is_kept() -> None:
    """Versions are pinned in constraints.txt; no file that records addresses is kept."""
    assert not [str(p) for p in _files() if p.name in LOCKS]


def test_constraints_hold_names_and_versions_only() -> None:
    """Each line of constraints.txt is a comment or ``name==version``."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert len(pins) > 50
    assert not [p for p in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", p)]


def test_every_dependency_is_pinned() -> None:
    """Each dependency and each development group of pyproject.toml has a pin."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = list(project["project"]["dependencies"])
    for group in project["dependency-groups"].values():
        asked += [entry for entry in group if isinstance(entry, str)]
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {_plain(line.split("==")[0]) for line in text.splitlines() if "==" in line}
    assert {_plain(re.split(r"[<>=!~\[; ]", a)[0]) for a in asked} <= pinned


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
