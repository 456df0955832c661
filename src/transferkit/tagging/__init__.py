"""Words and their tags: told from characters, repaired, parted from a text given as such."""
