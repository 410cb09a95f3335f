"""``python -m eutonia.knowledge [--check] [TABLE…]``: compile tables, or say what is stale."""

import sys

from eutonia.knowledge.compile import COMPILED, compile_tables, read_sources, to_json
from eutonia.model.errors import EutoniaError


def main(arguments: list[str]) -> int:
    """Compile all tables or those named, or with ``--check`` only compare; return the exit code."""
    check, wanted = "--check" in arguments, [a for a in arguments if a != "--check"]
    try:
        tables = compile_tables(read_sources(), only=wanted)
    except EutoniaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    texts = {COMPILED / f"{name}.json": to_json(content) for name, content in tables.items()}
    present = set(COMPILED.glob("*.json"))
    old = set() if wanted else present - texts.keys()
    if check:
        stale = {p for p, text in texts.items() if p not in present or p.read_text("utf-8") != text}
        for path in sorted(stale | old):
            sys.stderr.write(f"{path.name} is not what the YAML files say: ")
            sys.stderr.write("run python -m eutonia.knowledge\n")
        return 1 if stale | old else 0
    COMPILED.mkdir(exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    for path in old:
        path.unlink()
    sys.stdout.write(f"{len(texts)} tables, {sum(map(len, texts.values())) // 1024} KiB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
