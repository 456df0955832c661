"""How well a tokenizer knows some texts, and what a run says and does about it."""

import logging
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from tiny_models import some_rows
from transferkit import config, intake, locales, model_choice, planning, sources
from transferkit.encoding import coverage
from transferkit.errors import SourceError
from transferkit.sources.source import UnreachableError
from transferkit.table.rows import Rows


def rows(*texts: str, pairs: tuple[str, ...] = ()) -> Rows:
    columns = {"text": list(texts)} | ({"text_pair": list(pairs)} if pairs else {})
    return Rows(columns, np.arange(1, len(texts) + 1))


def by_word() -> PreTrainedTokenizerFast:
    words = {"[UNK]": 0, "a": 1, "good": 2, "book": 3, "书": 4}
    made = Tokenizer(models.WordPiece(words, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    return PreTrainedTokenizerFast(tokenizer_object=made, unk_token="[UNK]")


def by_byte() -> PreTrainedTokenizerFast:
    signs = {sign: i for i, sign in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))} | {"<|end|>": 256}
    made = Tokenizer(models.BPE(signs, [], unk_token=None))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<|end|>", eos_token="<|end|>")


def test_unknown_tokens() -> None:
    found = coverage.of(rows("a good book", "a bad book", "好书 a"), by_word())
    assert found == coverage.Coverage(2 / 9, 1.0, False) and found.poor
    assert coverage.of(rows("a good book", pairs=("a book",)), by_word()) == coverage.Coverage(0.0, 1.0, False)
    assert coverage.of(rows("好书书书"), by_word()) == coverage.Coverage(1 / 4, 1.0, True)


def test_tokens_per_word_where_nothing_is_unknown() -> None:
    found = coverage.of(rows("书好看"), by_byte())
    assert found == coverage.Coverage(0.0, 3.0, True) and found.poor
    assert coverage.of(rows("ab cd"), by_byte()) == coverage.Coverage(0.0, 2.5, False)
    assert not coverage.of(rows("ab cd"), by_byte()).poor and coverage.of(rows("abcdefgh"), by_byte()).poor


def test_texts_of_emoji_have_no_tokens_per_word() -> None:
    emoji = ["🎉😀🔥👍" * 3] * 40
    assert coverage.of(rows(*emoji, "ab"), by_byte()) == coverage.Coverage(0.0, 0.0, False)
    assert coverage.findings(coverage.of(rows(*emoji, "ab"), by_byte()), "GPT", "") == ()
    # Tokens are counted in the texts that words are counted in.
    assert coverage.of(rows("ab cd", "ab 🎉🎉🎉"), by_byte()).per_word == 2.5


@pytest.mark.parametrize("texts", [(), ("",), ("  ", "\n"), ("!?",)])
def test_nothing_to_know(texts: tuple[str, ...]) -> None:
    assert not coverage.of(rows(*texts), by_byte()).poor


def test_what_is_said() -> None:
    (found,) = coverage.findings(coverage.Coverage(0.634, 1.0, True), "MiniLM", "take another")
    assert (found.kind, found.severity, found.action) == ("unknown-texts", "warning", "take another")
    assert found.message == "63% of the tokens of these texts are unknown to MiniLM"
    (found,) = coverage.findings(coverage.Coverage(0.0, 2.96, True), "GPT", "")
    assert found.message == "GPT reads these texts in pieces: 3.0 tokens per sign"
    assert coverage.findings(coverage.Coverage(0.01, 1.3, False), "MiniLM", "") == ()


@pytest.fixture
def asked(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models that are loaded; each is the tiny one, which knows English words."""
    found, load = [], sources.load

    def tiny(name: str, **how: Any) -> Any:
        found.append(name)
        if name == "multilingual-e5-small" and how["offline"]:
            raise UnreachableError(f"{name} is not on this machine")
        return replace(load(str(tiny_model), cache_dir=tmp_path / "cache"), name=name)

    monkeypatch.setattr(sources, "load", tiny)
    return found


def taken(given: Rows, tmp_path: Path, **settings: Any) -> tuple[str, list[str]]:
    """The model of a run on `given`, and the kinds of its findings."""
    asked = config.parse({"data": {"path": "rows"}, "output_dir": tmp_path / "run", **settings})
    found = intake.take_in(asked, dict(given.columns))
    described, (backbone,), replaced = model_choice.chosen(found)
    splits, _ = model_choice.measured(found.splits, found.task, backbone, described)
    assert described.model == backbone.name
    assert len(replaced) == (backbone.name != "all-MiniLM-L6-v2")
    return backbone.name, [each.kind for each in splits.audit.findings if each.severity == "warning"]


def chinese(ending: str) -> Rows:
    texts = [f"这本书很好看{i}{ending}" for i in range(40)]
    return Rows({"text": texts, "label": ["a", "b"] * 20}, np.arange(1, 41))


ZH = chinese(" the old cat")


def test_texts_that_the_usual_model_does_not_know(
    asked: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "transferkit")
    assert taken(ZH, tmp_path)[0] == "multilingual-e5-small"
    assert asked == ["all-MiniLM-L6-v2", "multilingual-e5-small"]
    assert "unknown to all-MiniLM-L6-v2; multilingual-e5-small is taken in its place" in caplog.text


def test_a_replaced_model_is_a_finding_of_the_run(asked: list[str], tmp_path: Path) -> None:
    given = config.parse({"data": {"path": "rows"}, "output_dir": tmp_path / "run"})
    found = planning.prepare(given, dict(ZH.columns)).splits.audit.of("unknown-texts")
    first = found[0]
    assert first.severity == "info" and first.action == "multilingual-e5-small is taken in its place"
    assert first.message.endswith("are unknown to all-MiniLM-L6-v2")
    told = first.told(locales.get("zh"))
    assert "改用 multilingual-e5-small" in told and "all-MiniLM-L6-v2 不认识的" in told


def test_a_model_that_was_named_is_kept_with_a_warning(
    asked: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model, kinds = taken(ZH, tmp_path, model="all-MiniLM-L6-v2")
    assert (model, asked) == ("all-MiniLM-L6-v2", [model]) and "unknown-texts" in kinds
    assert "such as --model multilingual-e5-small" in caplog.text


def test_without_a_network_the_usual_model_is_kept(
    asked: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model, kinds = taken(ZH, tmp_path, offline=True)
    assert model == "all-MiniLM-L6-v2" and "unknown-texts" in kinds
    assert "multilingual-e5-small is not on this machine" in caplog.text


def test_a_model_that_reads_nothing_of_them_is_refused(asked: list[str], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"all-MiniLM-L6-v2 reads nothing of these texts.*multilingual-e5-small"):
        taken(chinese(""), tmp_path, model="all-MiniLM-L6-v2")


@pytest.mark.parametrize(
    ("ids", "nothing"),
    [([[3, 3]], True), ([[5, 3]], True), ([[5, 5, 5, 3]], False), ([[]], True), ([[5, 6]], False), ([[5]], False)],
    ids=["unknown", "a blank before it", "one word", "empty", "two words", "one word alone"],
)
def test_what_counts_as_nothing(ids: list[list[int]], nothing: bool) -> None:
    given = SimpleNamespace(unk_token_id=3, eos_token_id=2, pad_token_id=1, bos_token_id=0)
    tokenizer = _Told(given, ids)
    assert coverage.of(rows("a b"), tokenizer).nothing == nothing


class _Told:
    """A tokenizer that answers `ids` whatever it is asked."""

    def __init__(self, given: SimpleNamespace, ids: list[list[int]]) -> None:
        self.__dict__.update(vars(given))
        self.ids = ids

    def __call__(self, _texts: list[str], **_how: Any) -> dict[str, list[list[int]]]:
        return {"input_ids": self.ids}


def test_texts_that_it_knows(asked: list[str], tmp_path: Path) -> None:
    assert taken(some_rows(60), tmp_path) == ("all-MiniLM-L6-v2", [])
    assert asked == ["all-MiniLM-L6-v2"]
