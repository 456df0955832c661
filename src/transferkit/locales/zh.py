"""Simplified Chinese."""

from collections.abc import Mapping

TAG = "zh-CN"
BLANK = ""
COMMA = "、"
AND = " 和 "
MOMENT = "%Y 年 %-m 月 %-d 日 %H:%M %Z"
TEXTS: Mapping[str, str] = {}
PATTERNS: Mapping[str, str] = {}
