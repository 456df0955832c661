"""Simplified Chinese."""

from transferkit.locales.zh.findings import PATTERNS as _FINDINGS
from transferkit.locales.zh.page import TEXTS as _PAGE
from transferkit.locales.zh.parts import PATTERNS as _PARTS
from transferkit.locales.zh.readings import PATTERNS as _READINGS
from transferkit.locales.zh.verdict import TEXTS as _VERDICT
from transferkit.locales.zh.words import TEXTS as _WORDS

TAG = "zh-CN"
BLANK = ""
COLON = "："
COMMA = "、"
COUNT = "（{}）"
AND = " 和 "
MOMENT = "%Y 年 %-m 月 %-d 日 %H:%M %Z"
TEXTS = {**_WORDS, **_VERDICT, **_PAGE}
PATTERNS = {**_PARTS, **_FINDINGS, **_READINGS}
