"""Whatever becomes of a folder that is read back: one sentence, or the right answer."""

from pathlib import Path

import pytest

from edited_folders import Subject, subjects, tried

COUNT = 300


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Subject]:
    return subjects(tmp_path_factory.mktemp("edited"))


def test_edits_end_in_a_sentence_or_in_the_right_answer(made: list[Subject], tmp_path: Path) -> None:
    assert [said for _, _, said in tried(made, COUNT, seed=21, where=tmp_path) if said] == []
