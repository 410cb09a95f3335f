"""Pictures of people: who they are, and that the picture shows what the truth says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eutonia.simulate.people import mesh
from eutonia.simulate.people.body import Person, _morph, person
from eutonia.simulate.people.errors import MeshError
from eutonia.simulate.people.identity import JUDGES, traits
from eutonia.simulate.people.pose import Pose, bones
from eutonia.simulate.people.render import render
from eutonia.simulate.people.scene import Scene, background

PLAIN = Scene(width=240, height=240, focal_px=250, distance_m=0.6, background="plain", noise=0.0)


def shown(person_: Person, pose: Pose, scene: Scene = PLAIN) -> np.ndarray:
    """Return where a picture differs from its empty background."""
    picture, _ = render(person_, pose, scene)
    wall = background("plain", scene.background_seed, scene.width, scene.height)
    return np.abs(picture.astype(int) - wall).max(2) > 3


def test_a_seed_always_draws_the_same_person(mesh_folder: Path) -> None:
    """Two people of one seed are the same picture, and the next seed's is another."""
    person.cache_clear()
    first = render(person(5, folder=mesh_folder), Pose(), PLAIN)[0]
    person.cache_clear()
    again = render(person(5, folder=mesh_folder), Pose(), PLAIN)[0]
    other = render(person(6, folder=mesh_folder), Pose(), PLAIN)[0]
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.1


def test_people_differ_clearly(mesh_folder: Path) -> None:
    """Of 24 people each pair's faces are at least 2 mm apart on average, after centring."""
    base = mesh.base(mesh_folder)
    head = base.weights[:, base.skeleton.index("head")] > 0.5
    faces = [_morph(base, traits(seed), mesh_folder)[head] for seed in range(24)]
    faces = [face - face.mean(0) for face in faces]
    apart = [
        np.linalg.norm(a - b, axis=1).mean() for k, a in enumerate(faces) for b in faces[k + 1 :]
    ]
    assert min(apart) > 0.002


def test_traits_cover_sexes_ages_origins_and_hair() -> None:
    """Those who judge are men and women, young and old, of three origins, with hair and without."""
    people = [traits(seed) for seed in JUDGES]
    assert 0.3 < np.mean([p.male > 0.5 for p in people]) < 0.7
    assert min(p.old for p in people) < 0.1
    assert max(p.old for p in people) > 0.9
    for origin in ("african", "asian", "caucasian"):
        assert sum(p.origin[origin] > 0.5 for p in people) >= 15
    assert 5 <= sum(p.hair is None for p in people) <= 50


def test_the_outline_is_where_the_vertices_are_projected(someone: Person) -> None:
    """What is drawn reaches as far left, right and up as the projected mesh, to a pixel."""
    scene = Scene(
        width=240, height=320, focal_px=250, distance_m=2.2, aim="body", background="plain", noise=0
    )
    mask = shown(someone, Pose(yaw=20), scene)
    placed = bones(someone, Pose(yaw=20))
    skin = placed.carry(someone, someone.vertices, someone.weights)
    pixels, _ = scene.aimed(someone, placed).camera().project(skin)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert columns[0] == pytest.approx(pixels[:, 0].min(), abs=1.5)
    assert columns[-1] == pytest.approx(pixels[:, 0].max(), abs=1.5)
    assert rows[-1] == pytest.approx(pixels[:, 1].max(), abs=1.5)


def test_the_left_hand_is_drawn_where_the_truth_has_it(someone: Person) -> None:
    """Bending the left index changes the picture around that finger and nowhere else."""
    scene = Scene(width=240, height=240, focal_px=300, distance_m=1.6, aim="body", noise=0)
    before, truth = render(someone, Pose(), scene)
    after, _ = render(someone, Pose(joints={"left_index_mcp": 60}), scene)
    rows, columns = np.nonzero((before.astype(int) - after).any(2))
    x, y = truth.points_px["left_index_pip"]
    assert len(rows) > 5
    assert np.hypot(rows - y, columns - x).max() < 25
    assert x > 120


def test_supersampling_changes_edges_only(someone: Person) -> None:
    """With and without it pictures agree but for outlines."""
    smooth, _ = render(someone, Pose(), PLAIN)
    rough, _ = render(someone, Pose(), replace(PLAIN, supersampling=1))
    apart = np.abs(smooth.astype(int) - rough).max(2)
    assert np.median(apart) <= 2
    assert (apart > 40).mean() < 0.03


def test_noise_has_the_standard_deviation_asked(someone: Person) -> None:
    """Two pictures that differ by noise only differ by root two of it."""
    one, two = (
        render(someone, Pose(), replace(PLAIN, noise=4.0, noise_seed=k))[0][:40, :40].astype(float)
        for k in (1, 2)
    )
    # Rounding to whole levels adds a twelfth to each variance.
    assert (one - two).std() == pytest.approx(np.sqrt(2 * (16 + 1 / 12)), rel=0.05)


def test_patches_hide_what_is_behind_them(someone: Person) -> None:
    """A patch is grey in its corner of the picture and nowhere else."""
    free, _ = render(someone, Pose(), PLAIN)
    hidden, _ = render(someone, Pose(), replace(PLAIN, patches=((0.5, 0.5, 1.0, 1.0),)))
    assert (hidden[120:, 120:] == 70).all()
    np.testing.assert_array_equal(hidden[:120], free[:120])


def test_glasses_are_before_the_eyes(mesh_folder: Path, someone: Person) -> None:
    """The frame is darker than the skin it hides, around both eyes, and adds to no one's truth."""
    framed = person(3, folder=mesh_folder, frame=True)
    bare, truth = render(someone, Pose(), PLAIN)
    worn, same = render(framed, Pose(), PLAIN)
    changed = np.argwhere(np.abs(bare.astype(int) - worn).max(2) > 20)
    eyes = np.array([truth.points_px[f"{side}_eye"][::-1] for side in ("left", "right")])
    nearest = np.linalg.norm(changed[:, None] - eyes, axis=2).min(1)
    assert len(changed) > 50
    assert np.percentile(nearest, 90) < 25
    assert (same.yaw, same.lid_left) == (truth.yaw, truth.lid_left)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """Without the mesh the error names the file that is missing."""
    with pytest.raises(MeshError, match=r"base\.obj"):
        person(0, folder=tmp_path)


def test_a_plain_skin_serves_where_textures_of_skin_are_missing(
    mesh_folder: Path, tmp_path: Path
) -> None:
    """A folder without skins still gives people, since those textures may be left out."""
    for entry in mesh_folder.iterdir():
        if entry.name != "skins":
            (tmp_path / entry.name).symlink_to(entry)
    picture, _ = render(person(4, folder=tmp_path), Pose(), PLAIN)
    assert picture.std() > 20
