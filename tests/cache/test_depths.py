"""Features read in parts are those of the whole, in memory, of texts in windows and of words."""

import numpy as np
import pytest

from transferkit.cache.depths import Depths, InMemory, OfTexts, OfTokens
from transferkit.encoding.windows import Windowed
from transferkit.table.rows import Rows

RANDOM = np.random.default_rng(0)
WINDOWS = RANDOM.standard_normal((9, 1, 4, 6)).astype(np.float32)
OWNER = np.array([0, 0, 1, 2, 2, 2, 3, 4, 4])
LINES = [RANDOM.standard_normal((count, 4, 6)).astype(np.float32) for count in (3, 0, 2, 4)]
NO_ROWS = Rows({"text": [""] * 9}, np.arange(9))


def kinds() -> dict[str, tuple[Depths, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]]:
    texts = Windowed(NO_ROWS, OWNER)
    alone = Windowed(NO_ROWS, np.arange(9))
    return {
        "memory": (InMemory(WINDOWS[:, 0]), WINDOWS[:, 0]),
        "whole texts": (OfTexts(WINDOWS, alone), WINDOWS[:, 0]),
        "windows": (OfTexts(WINDOWS, texts), texts.averaged(WINDOWS[:, 0])),
        "words": (OfTokens.of(LINES, [len(line) for line in LINES]), np.concatenate(LINES)),
    }


@pytest.mark.parametrize("name", kinds())
def test_parts_are_those_of_the_whole(name: str) -> None:
    features, whole = kinds()[name]
    rows = len(whole)
    assert features.shape == whole.shape
    for chosen in (np.arange(rows), np.arange(1, rows, 2), np.array([rows - 1]), np.array([3, 2, 4])):
        for depths in ((0, 1, 2, 3), (2,), (1, 3)):
            assert np.array_equal(features.read(chosen, depths), whole[np.ix_(chosen, np.array(depths))])
