"""CoNLL columns: a word per line, an empty line between sentences, by default the word first and its tag last."""

from transferkit.reading import word_columns

SUFFIXES = (".conll", ".conll2003", ".conllu", ".conllup", ".iob", ".iob2", ".bio")
BINARY = False
batches = word_columns.batches
