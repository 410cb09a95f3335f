"""The compiled tables, as the program reads them."""

import gc
import json
import subprocess
import sys
import time
from importlib import import_module

import pytest

from eutonia.knowledge import citation, find, normalise, table
from eutonia.knowledge.compile import COMPILED, compile_tables, read_sources, to_json

NEEDED = [
    "sternocleidomastoid",
    "splenius_capitis",
    "trapezius_upper",
    "levator_scapulae",
    "flexor_carpi_radialis",
    "extensor_carpi_radialis",
    "flexor_carpi_ulnaris",
    "extensor_carpi_ulnaris",
    "biceps_brachii",
    "triceps_brachii",
    "first_dorsal_interosseous",
]


def test_compiled_files_are_current():
    """The committed JSON files are what the YAML files compile to, and no other lies there."""
    tables = compile_tables(read_sources())
    assert {p.stem for p in COMPILED.glob("*.json")} == tables.keys()
    for name, content in tables.items():
        assert (COMPILED / f"{name}.json").read_text(encoding="utf-8") == to_json(content), name


def test_tables_load_within_milliseconds():
    """All tables together are parsed in at most 20 ms of processor time (best of nine)."""
    names = [path.stem for path in COMPILED.glob("*.json")]
    times = []
    gc.freeze()  # the collector need not walk through what other tests left behind
    for _ in range(9):
        table.cache_clear()
        start = time.process_time()
        for name in names:
            table(name)
        times.append(time.process_time() - start)
    gc.unfreeze()
    assert min(times) <= 0.020


def test_loading_needs_no_numpy():
    """Reading a table imports neither numpy nor pydantic nor yaml."""
    code = (
        "import sys; from eutonia.knowledge import table; table('forms');"
        "print([m for m in ('numpy', 'pydantic', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("muscle", NEEDED)
def test_muscles_of_the_protocols_are_there(muscle):
    """Every muscle that the neck and forearm protocols name is in the table."""
    assert muscle in table("muscles")


def test_antagonists_are_symmetric_and_of_other_muscles():
    """If one muscle opposes another, the other opposes it; none opposes itself."""
    muscles = table("muscles")
    for key, muscle in muscles.items():
        for other in muscle["antagonists"]:
            assert other != key
            assert key in muscles[other]["antagonists"]


def test_sternocleidomastoid_and_splenius_of_one_side_are_antagonists():
    """In rotation the two neck muscles of one side oppose each other."""
    assert "splenius_capitis" in table("muscles")["sternocleidomastoid"]["antagonists"]


@pytest.mark.parametrize(
    ("text", "muscle"),
    [
        ("SCM", "sternocleidomastoid"),
        ("Kopfwender", "sternocleidomastoid"),
        ("sterno-cléido-mastoïdien", "sternocleidomastoid"),
        ("ESTERNOCLEIDOMASTOIDEO", "sternocleidomastoid"),
        ("Splenius Capitis", "splenius_capitis"),
        ("extensor_carpi_radialis", "extensor_carpi_radialis"),
        ("Extensor radialis brevis", "extensor_carpi_radialis"),
        ("1DI", "first_dorsal_interosseous"),
        ("orbiculaire de l'oeil", "orbicularis_oculi"),
        ("EMG1", ""),
        ("", ""),
    ],
)
def test_muscles_are_found_in_any_language_and_spelling(text, muscle):
    """Case, accents, hyphens, ligatures and language do not matter; what is no muscle is none."""
    assert find("muscles", text) == muscle


def test_single_letters_of_french_are_no_side():
    """A side is never guessed: g and d alone mean nothing."""
    assert (find("sides", "gauche"), find("sides", "g"), find("sides", "d")) == ("left", "", "")


def test_normalise_keeps_digits_and_letters_only():
    """Normalised text has no case, accents, spaces or signs."""
    assert normalise(" M. Trapèze_supérieur-2 ") == "mtrapezesuperieur2"


def test_old_electrode_names_map_to_the_newer_system():
    """T3, T4, T5 and T6 are T7, T8, P7 and P8, and each new name exists."""
    electrodes = table("electrodes")
    assert electrodes["old"] == {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}
    assert set(electrodes["old"].values()) <= set(electrodes["names"])


def test_reference_levels_exist():
    """Each factor's reference is one of its levels, or the factor has none."""
    for factor in table("conditions").values():
        assert factor["reference"] == "" or factor["reference"] in factor["levels"]


def test_references_from_memory_are_marked_unconfirmed():
    """What was never checked cannot be cited as if it had been."""
    for key, entry in table("references").items():
        assert entry["confirmed"] == (entry["seen"] != "memory")
        assert citation(key).endswith("[unconfirmed]") == (entry["seen"] == "memory")


def test_an_identifier_from_memory_is_not_cited():
    """A DOI that was not itself seen does not appear in a citation."""
    entry = table("references")["Comella2003"]
    assert entry["doi_seen"] is False
    assert entry["doi"] not in citation("Comella2003")


def test_evidence_on_intermuscular_coherence_shows_both_sides():
    """The finding of 2000 never appears without the failure to replicate it."""
    evidence = table("evidence")["imc"]
    assert "Tijssen2000" in evidence["positive"][0]["references"]
    assert "Nijmeijer2014" in evidence["negative"][0]["references"]


def test_measures_that_the_tables_name_exist():
    """Every measure id in forms and evidence is a measure, and every source is a reference."""
    measures = import_module("eutonia.measures")
    known = {m.full_id(p) for m in measures.all_measures() for p in m.units}
    known |= {m.id for m in measures.all_measures()}
    known |= {f"scale.{scale.lower()}" for scale in table("scales")}
    named = {
        i for f in table("forms").values() for p in f["primary"] for i in p.get("measures", ())
    }
    assert (named | table("evidence").keys()) <= known
    cited = {s for m in measures.all_measures() for s in m.sources}
    assert cited <= table("references").keys()


def test_statements_give_no_phone_number():
    """Emergency numbers differ between countries, so none is printed."""
    text = json.dumps(table("statements"))
    assert not any(number in text for number in ("911", "112", "999", "116"))
