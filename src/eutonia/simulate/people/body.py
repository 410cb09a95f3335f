"""A person's body: the mesh in their shape, with all parts, bones and textures joined."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from eutonia.model import Floats
from eutonia.simulate.people import glasses, mesh, textures
from eutonia.simulate.people.identity import Traits, traits
from eutonia.simulate.people.mesh import Ints

#: Skin that lies no deeper than this below cloth is not drawn, metres.
UNDER_M = 0.02

#: The lashes' textures are of made-up eyes; few people's are as dense.
LASHES_SHARE = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Person:
    """A person ready to be posed and drawn; everything that poses do not change.

    Parameters
    ----------
    seed : int
        What they were drawn from; -1 for traits given by hand.
    folder : Path
        Where the data of the mesh is.
    traits : Traits
        What makes them look as they do.
    base : mesh.Base
        The mesh they are a shape of (with its own vertices).
    shape : ndarray, shape (n_base, 3)
        The morphed base vertices at rest, metres, the feet at height 0.
    heads, tails : ndarray, shape (n_bones, 3)
        Joints of the bones at rest, metres.
    vertices : ndarray, shape (n_vertices, 3)
        What is drawn, at rest: body, clothes, eyes, teeth, tongue, brows, lashes, hair.
    weights : csr_matrix, shape (n_vertices, n_bones)
        How bones move them.
    sources : ndarray of int, shape (n_vertices,)
        The base vertex that a drawn vertex is, -1 where it is of a fitted part.
    corners : ndarray of int, shape (n_triangles, 3)
        Triangles.
    texel : ndarray, shape (n_triangles, 3, 2)
        Place of each corner in the atlas, pixels.
    layer : ndarray of int, shape (n_triangles,)
        0 what hides, 1 brows, 2 lashes, 3 hair: these are seen through where their texture says.
    part : ndarray of int, shape (n_triangles,)
        Which of body, clothes, eyes, ... a triangle is of.
    gloss : ndarray, shape (n_vertices,)
        Strength of highlights.
    faces : csr_matrix, shape (n_vertices, n_triangles)
        Sums the normals of triangles at vertices.
    atlas : tuple of ndarray of uint8, shape (height, width, 4)
        Blue, green, red, opacity; each half the size of the one before.
    """

    seed: int
    folder: Path
    traits: Traits
    base: mesh.Base
    shape: Floats
    heads: Floats
    tails: Floats
    vertices: Floats
    weights: csr_matrix
    sources: Ints
    corners: Ints
    texel: NDArray[np.float32]
    layer: NDArray[np.int8]
    part: NDArray[np.int8]
    gloss: NDArray[np.float32]
    faces: csr_matrix
    atlas: tuple[NDArray[np.uint8], ...]


@functools.lru_cache(maxsize=8)
def person(seed: int, *, folder: Path, frame: bool = False) -> Person:
    """Make the person of a seed from the mesh in `folder`.

    Parameters
    ----------
    seed : int
        0 to 99 for development, 100 to 199 for the final figures.
    folder : Path
        Where the data of the mesh is.
    frame : bool
        Whether they wear glasses.

    Raises
    ------
    MeshError
        If the folder lacks a file.
    """
    look = replace(traits(seed), glasses=frame)
    return replace(build(look, folder=folder), seed=seed)


def build(look: Traits, *, folder: Path) -> Person:
    """Make a person with given traits."""
    base = mesh.base(folder)
    shape = _morph(base, look, folder)
    pieces = list(_pieces(base, shape, look, folder))
    starts = np.cumsum([0, *(len(p.vertices) for p in pieces)])
    corners = np.concatenate([p.corners + s for p, s in zip(pieces, starts, strict=False)])
    atlas, texel = textures.atlas([p.image for p in pieces], [p.uv for p in pieces])
    n, m = int(starts[-1]), len(corners)
    rows, columns = corners.ravel(), np.repeat(np.arange(m), 3)
    joints = base.skeleton
    return Person(
        seed=-1,
        folder=folder,
        traits=look,
        base=base,
        shape=shape,
        heads=np.array([shape[list(j)].mean(0) for j in joints.heads]),
        tails=np.array([shape[list(j)].mean(0) for j in joints.tails]),
        vertices=np.concatenate([p.vertices for p in pieces]),
        weights=csr_matrix(np.concatenate([p.weights for p in pieces])),
        sources=np.concatenate([p.sources for p in pieces]),
        corners=corners,
        texel=texel,
        layer=np.concatenate([np.full(len(p.corners), p.layer, np.int8) for p in pieces]),
        part=np.repeat(np.arange(len(pieces), dtype=np.int8), [len(p.corners) for p in pieces]),
        gloss=np.concatenate([np.full(len(p.vertices), p.gloss, np.float32) for p in pieces]),
        faces=csr_matrix((np.ones(3 * m, np.float32), (rows, columns)), shape=(n, m)),
        atlas=atlas,
    )


def _morph(base: mesh.Base, look: Traits, folder: Path) -> Floats:
    """Return the base vertices of a person, the feet at height 0."""
    morph, shape = mesh.targets(folder), base.vertices.copy()
    ages = (("young", 1 - look.old), ("old", look.old))
    sexes = (("female", 1 - look.male), ("male", look.male))
    muscle = _between(look.muscle, "muscle")
    weight = _between(look.weight, "weight")
    for (age, a), (sex, s) in ((x, y) for x in ages for y in sexes):
        for origin, share in look.origin.items():
            morph.add(shape, f"macrodetails/{origin}-{sex}-{age}", a * s * share)
        for (m, mw), (w, ww) in ((x, y) for x in muscle for y in weight):
            name = f"macrodetails/universal-{sex}-{age}-{m}-{w}"
            if a * s * mw * ww > 0 and name in morph:
                morph.add(shape, name, a * s * mw * ww)
    for name, strength in look.shapes.items():
        morph.add(shape, name, strength)
    body = np.unique(base.groups["body"].corners)
    shape[:, 1] -= shape[body, 1].min()
    return shape


def _between(value: float, what: str) -> tuple[tuple[str, float], ...]:
    """Return the two neighbouring steps of a build and their shares."""
    end = f"max{what}" if value > 0 else f"min{what}"
    return ((f"average{what}", 1 - abs(value)), (end, abs(value)))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Piece:
    """One textured mesh of a person before all are joined."""

    vertices: Floats
    weights: NDArray[np.float32]
    sources: Ints
    corners: Ints
    uv: Floats
    image: NDArray[np.uint8]
    layer: int = 0
    gloss: float = 0.0


def _pieces(base: mesh.Base, shape: Floats, look: Traits, folder: Path) -> Iterator[_Piece]:
    """Yield body, clothes and fitted parts of a person."""
    skin = textures.skin(folder / "skins" / f"{look.skin}.jpg", tone=look.tone)
    for group, image, gloss in (
        ("body", skin, 0.25),
        ("helper-tights", textures.plain(look.clothes), 0.0),
    ):
        surface = _dressed(folder)[group]
        used, corners = np.unique(surface.corners, return_inverse=True)
        yield _Piece(
            vertices=shape[used],
            weights=base.weights[used],
            sources=used,
            corners=corners.reshape(-1, 3),
            uv=surface.uv,
            image=image,
            gloss=gloss,
        )
    for kind, name, image, layer, gloss in _parts(look, folder):
        part = mesh.part(folder, kind, name)
        yield _Piece(
            vertices=part.fit(shape),
            weights=part.weights(base.weights),
            sources=np.full(len(part.anchors), -1, np.intp),
            corners=part.surface.corners,
            uv=part.surface.uv,
            image=image,
            layer=layer,
            gloss=gloss,
        )
    if look.glasses:
        yield _glasses(base, shape)


def _glasses(base: mesh.Base, shape: Floats) -> _Piece:
    """Return a frame before the eyes that the head carries."""
    bones = base.skeleton
    eyes = [shape[list(bones.heads[bones.index(f"eye.{side}")])].mean(0) for side in "LR"]
    fronts = [shape[list(bones.tails[bones.index(f"eye.{side}")])].mean(0) for side in "LR"]
    vertices, corners = glasses.frame(np.array(eyes), np.array(fronts))
    weights = np.zeros((len(vertices), len(bones.names)), np.float32)
    weights[:, bones.index("head")] = 1
    return _Piece(
        vertices=vertices,
        weights=weights,
        sources=np.full(len(vertices), -1, np.intp),
        corners=corners,
        uv=np.full((len(corners), 3, 2), 0.5),
        image=textures.plain(glasses.COLOUR),
        gloss=0.6,
    )


@functools.lru_cache(maxsize=2)
def _dressed(folder: Path) -> dict[str, mesh.Surface]:
    """Return clothes that leave the neck free, and the body without the skin they cover.

    Skin just below cloth would come through it where limbs bend.
    """
    base = mesh.base(folder)
    clothes, body = base.groups["helper-tights"], base.groups["body"]
    neck = [base.skeleton.index(name) for name in ("neck01", "neck02", "neck03", "head")]
    held = base.weights[clothes.corners][..., neck].sum(2).mean(1)
    # Triangles come in pairs, each a square: cut along squares, or the collar has teeth.
    low = np.repeat(held.reshape(-1, 2).mean(1) < 0.35, 2)
    clothes = mesh.Surface(corners=clothes.corners[low], uv=clothes.uv[low])
    edges = np.sort(clothes.corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    once, count = np.unique(edges, axis=0, return_counts=True)
    hem = np.unique(once[count == 1])
    cloth = np.unique(clothes.corners)
    far, nearest = cKDTree(base.vertices[cloth]).query(base.vertices)
    covered = (far < UNDER_M) & ~np.isin(cloth[nearest], hem)
    bare = ~covered[body.corners].all(1)
    return {
        "body": mesh.Surface(corners=body.corners[bare], uv=body.uv[bare]),
        "helper-tights": clothes,
    }


def _parts(look: Traits, folder: Path) -> Iterator[tuple[str, str, textures.Picture, int, float]]:
    """Yield kind, name, texture, layer and gloss of the fitted parts."""

    def image(path: str) -> textures.Picture:
        return textures.picture(folder / path)

    blue, green, red = look.hair_colour
    brows = textures.dyed(image(f"eyebrows/{look.brows}.png"), (0.7 * blue, 0.7 * green, 0.7 * red))
    lashes = textures.thinned(image(f"eyelashes/{look.lashes}.png"), LASHES_SHARE)
    yield "eyes", "low-poly", image(f"eyes/{look.eyes}.png"), 0, 0.9
    yield "teeth", "teeth_base", textures.shaded(image("teeth/teeth.png"), 0.75), 0, 0.2
    yield "tongue", "tongue01", textures.shaded(image("tongue/tongue01_diffuse.png"), 0.5), 0, 0.1
    yield "eyebrows", look.brows, brows, 1, 0.0
    yield "eyelashes", look.lashes, lashes, 2, 0.0
    if look.hair:
        hair = textures.dyed(image(f"hair/{look.hair}_diffuse.png"), look.hair_colour)
        yield "hair", look.hair, hair, 3, 0.15
