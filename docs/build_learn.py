"""Write the pages of the guide about dystonia from the same tables as ``eutonia learn``.

The pages lie in ``docs/guide/learn/`` and are never edited or committed.
"""

from pathlib import Path

from build_cards import _text, _write

from eutonia.knowledge import table
from eutonia.knowledge.reading import Section, Sentence, Topic, references_of, topics


def build(docs: Path) -> None:
    """Write all pages of the guide into the folder of the documentation."""
    folder = docs / "guide" / "learn"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{one.id}.md": topic_page(one) for one in topics()}
    pages |= {"index.md": overview(), "sources.md": sources()}
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        _write(folder / name, text)


def legend(used: set[str]) -> str:
    """Return what the marks mean that were used."""
    lines = [
        f"- {v['symbol']} **{v['name']}**: {_text(v['words'])}"
        for key, v in table("verdicts").items()
        if key in used
    ]
    return "\n".join(lines)


def overview() -> str:
    """Return the page that lists all topics and explains the marks."""
    parts = [
        "# Read about dystonia",
        "In plain words, and with how each sentence is known. The same pages are printed by "
        "`eutonia learn`.",
        f"**{_text(table('statements')['emergency'])}**",
        "## What the marks mean\n\nThe mark judges the sentence, not the treatment that it "
        "names. A sentence without a mark claims nothing: it asks, or explains a word.\n\n"
        + legend(set(table("verdicts"))),
    ]
    for key, group in table("learn_groups").items():
        lines = [
            f"- [{_text(one.name)}]({one.id}.md): {_text(one.plain)}"
            for one in topics()
            if one.group == key
        ]
        parts.append(f"## {group['title']}\n\n" + "\n".join(lines))
    parts.append(_text(table("statements")["intended_use"]))
    names = "\n".join([*(one.id for one in topics()), "sources"])
    parts.append(f"```{{toctree}}\n:hidden:\n\n{names}\n```")
    return "\n\n".join(parts) + "\n"


def topic_page(one: Topic) -> str:
    """Return the page of one topic."""
    used = {s.verdict for section in one.sections for s in (*section.sentences, *section.details)}
    parts = [f"# {_text(one.name)}", f"*{_text(one.plain)}*", *map(_section, one.sections)]
    parts.append(
        f"## What the marks mean\n\n{legend(used)}\n\nThey judge the sentence, not the "
        "treatment. All sources stand on [one page](sources.md)."
    )
    parts.append(_text(table("statements")["intended_use"]))
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> str:
    lines = [f"## {_text(section.title)}", "\n".join(map(_line, section.sentences))]
    if section.details:
        lines += ["**Studies and findings**", "\n".join(map(_line, section.details))]
    return "\n\n".join(lines)


def _line(one: Sentence) -> str:
    mark = f"{table('verdicts')[one.verdict]['symbol']} " if one.verdict else ""
    cited = [f"[{key}](sources.md#{key.lower()})" for key in one.refs]
    known = "; ".join([*cited, *map(_text, one.sources)])
    return f"- {mark}{_text(one.text)}" + (f" ({known})" if known else "")


def sources() -> str:
    """Return the page of all sources that the guide cites, each under its own heading."""
    keys = sorted({key for one in topics() for key in references_of(one)}, key=str.lower)
    return "# Sources of the guide\n\n" + "\n\n".join(map(_source, keys)) + "\n"


def _source(key: str) -> str:
    entry = table("references")[key]
    link = ""
    if entry.get("doi") and entry.get("doi_seen"):
        link = f" [doi:{entry['doi']}](https://doi.org/{entry['doi']})"
    elif entry.get("pmid"):
        link = f" PMID {entry['pmid']}"
    elif entry.get("url"):
        link = f" <{entry['url']}>"
    return f"## {key}\n\n{_text(entry['citation'])}.{link}"
