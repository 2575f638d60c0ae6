"""What Sphinx needs to know beside the pages."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

import tables  # noqa: E402

import xlogx  # noqa: E402

project = "xlogx"
author = "The xlogx authors"
project_copyright = author
version = release = xlogx.__version__

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax"]
myst_enable_extensions = ["substitution"]
myst_heading_anchors = 3
myst_substitutions = {
    "accuracy_of_logits": tables.accuracy("logits"),
    "accuracy_of_weights": tables.accuracy("weights"),
    "errors": tables.errors(),
    "float32_ulps": tables.bound("float32"),
    "float64_ulps": tables.bound("float64"),
    "losses": tables.losses(),
    "machine": tables.machine(),
    "right_digits": tables.right_digits(),
    "times": tables.times(),
}

# The signature stays one line that can be read; the types stand beside the parameters.
autodoc_typehints = "none"
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"xlogx {release}"
html_show_sphinx = False
