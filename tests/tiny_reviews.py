"""Rows that are easy to learn, and the word pieces they are made of."""

GOOD = ["good", "great", "fine", "lovely", "superb"]
BAD = ["bad", "awful", "poor", "dull", "weak"]
NOUNS = ["film", "book", "meal", "song", "play", "game", "walk", "talk"]
PIECES = ["##s", "##ed", "##y", *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
VOCABULARY = [*SPECIAL, *LETTERS, *PIECES, *GOOD, *BAD, *NOUNS, "the", "was", "number"]


def examples(count: int = 60) -> list[tuple[str, str]]:
    """(text, label), all different; the adjective tells the label."""
    rows = []
    for i in range(count):
        words, label = (GOOD, "good") if i % 2 else (BAD, "bad")
        noun, other = NOUNS[i % 8], NOUNS[i // 8 % 8]
        rows.append((f"the {noun} was {words[i // 2 % 5]} {other} number {i}", label))
    return rows
