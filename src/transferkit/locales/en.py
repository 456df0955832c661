"""English, in which all sentences stand where they are used."""

from collections.abc import Mapping

TAG = "en"
BLANK = " "
COMMA = ", "
AND = " and "
MOMENT = "%-d %B %Y, %H:%M %Z"
TEXTS: Mapping[str, str] = {}
PATTERNS: Mapping[str, str] = {}
