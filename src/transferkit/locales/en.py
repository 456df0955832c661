"""English, the language of the sentences in the code."""

from collections.abc import Mapping

TAG = "en"
BLANK = " "
COLON = ": "
COMMA = ", "
COUNT = " ({})"
AND = " and "
MOMENT = "%-d %B %Y, %H:%M %Z"
TEXTS: Mapping[str, str] = {}
PATTERNS: Mapping[str, str] = {}
