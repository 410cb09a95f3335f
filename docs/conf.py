"""Sphinx configuration: offline, no tracking, warnings are errors (``make docs``)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import build_cards
import build_learn
import build_red_flags
import build_scales
import build_video_accuracy

from eutonia import __version__

project = "Eutonia"
author = "The Eutonia developers"
version = release = __version__

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False
autosummary_generate = False  # numpydoc loads it; the pages here name their modules themselves

# furo uses the reader's own fonts; nothing is loaded from elsewhere.
html_theme = "furo"
html_title = f"Eutonia {__version__}"
html_copy_source = False
html_show_sphinx = False

build_cards.build(Path(__file__).parent)
build_learn.build(Path(__file__).parent)
build_red_flags.build(Path(__file__).parent)
build_scales.build(Path(__file__).parent)
build_video_accuracy.build(Path(__file__).parent)
