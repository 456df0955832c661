"""Comma-separated values with RFC 4180 quoting and a header.

Where semicolons, tabs or bars stand in the header instead, or a first line `sep=;` says so, these separate.
"""

from transferkit.reading import separated

SUFFIXES = (".csv",)
BINARY = False
batches = separated.batches
