"""What can go wrong with the human mesh."""

from eutonia.model import EutoniaError


class MeshError(EutoniaError):
    """The folder of the human mesh lacks a file or holds another mesh."""
