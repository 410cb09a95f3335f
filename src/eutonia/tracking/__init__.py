"""Video to landmarks: models, pictures, detectors and trackers; nothing leaves the computer."""

from eutonia.tracking.seen import issues

__all__ = ["issues"]
