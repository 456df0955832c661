"""How Sphinx builds these pages: `make docs`."""

from importlib.metadata import version as version_of

project = "transferkit"
author = "the transferkit developers"
release = version = version_of("transferkit")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "notebooks"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = False

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False

html_theme = "furo"
html_title = "transferkit"
html_static_path: list[str] = []
