"""JSON lines: one object per line, its keys are the columns."""

from transferkit.reading.json_lines import batches as batches

SUFFIXES = (".jsonl", ".ndjson")
BINARY = False
