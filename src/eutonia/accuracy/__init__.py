"""How right the video's numbers are on rendered people; ``python -m eutonia.accuracy``."""
