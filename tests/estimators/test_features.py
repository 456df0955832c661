"""`TransferFeatures`: what frozen models say of texts, beside other columns."""

import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import architectures
from tiny_models import Tiny
from tiny_reviews import examples
from transferkit import TransferClassifier, TransferFeatures, sources
from transferkit.cache import features
from transferkit.errors import SourceError
from transferkit.sources.backbone import Backbone

TEXTS, LABELS = (list(column) for column in zip(*examples(), strict=True))
TABLE = pd.DataFrame(
    {"review": TEXTS, "price": np.linspace(0, 9, 60), "shop": list("abc") * 20, "title": ["the song"] * 60},
    index=range(100, 160),
)


@pytest.fixture
def frozen(how: dict[str, Any]) -> TransferFeatures:
    return TransferFeatures(**how)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts the model was run on, each time."""
    found: list[int] = []
    true_batches = features.batches

    def counted(model: Any, source: Any, positions: Any, forward: Any) -> Any:
        found.append(len(positions))
        return true_batches(model, source, positions, forward)

    monkeypatch.setattr(features, "batches", counted)
    return found


def piped(frozen: TransferFeatures, column: Any) -> Pipeline:
    columns = [
        ("text", clone(frozen), column),
        ("num", StandardScaler(), ["price"]),
        ("cat", OneHotEncoder(sparse_output=False), ["shop"]),
    ]
    return make_pipeline(ColumnTransformer(columns), LogisticRegression(max_iter=1000))


@pytest.mark.parametrize("family", ["bert", "gpt2", "t5", "albert"])
def test_they_are_the_states_that_transformers_gives(family: str, tmp_path: Path) -> None:
    import torch

    folder = architectures.save(tmp_path / family, family)
    backbone = sources.load(str(folder), cache_dir=tmp_path / "cache", offline=True)
    texts, layers = ["the old cat was here", "a dog"], "all" if backbone.stacked else -1
    made = TransferFeatures(str(folder), layers=layers, cache_dir=tmp_path / "cache", offline=True, precision="fp32")
    found = made.fit_transform(texts)
    for text, row in zip(texts, found, strict=True):
        ids = backbone.tokenizer()(text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            output = backbone.encoder()(input_ids=ids, output_hidden_states=True)
        states = output.hidden_states if backbone.stacked else [output.last_hidden_state]
        expected = [state[0, -1] if backbone.pooling == "lasttoken" else state[0].mean(dim=0) for state in states]
        assert np.allclose(row, torch.cat(expected).numpy(), atol=1e-5)
    assert found.dtype == np.float32 and len(made.get_feature_names_out()) == found.shape[1]


def test_layers_and_pooling_are_side_by_side(frozen: TransferFeatures) -> None:
    whole = clone(frozen).set_params(layers="all").fit_transform(TEXTS)
    assert whole.shape == (60, 96)
    for layers, columns in (
        (0, range(32)),
        (-1, range(64, 96)),
        ([2, 0], [*range(64, 96), *range(32)]),
        ((1,), range(32, 64)),
    ):
        made = clone(frozen).set_params(layers=layers)
        assert np.array_equal(made.fit_transform(TEXTS), whole[:, columns])
    both = clone(frozen).set_params(pooling="mean+cls").fit(TEXTS)
    assert np.array_equal(both.transform(TEXTS)[:, :32], frozen.fit_transform(TEXTS))
    names = both.get_feature_names_out()
    assert names[0] == "layer2_0" and names[-1] == "layer2_63" and len(set(names)) == 64


def test_every_text_is_read_once(frozen: TransferFeatures, how: dict[str, Any], reads: list[int]) -> None:
    grid = {"transferfeatures__layers": [0, 1, [1, 2]], "logisticregression__C": [0.1, 1.0]}
    search = GridSearchCV(make_pipeline(frozen, LogisticRegression()), grid, cv=3, error_score="raise")
    search.fit(TEXTS, LABELS)
    TransferClassifier(**how).fit(TEXTS, LABELS)
    assert sum(reads) == 60


def test_of_texts_that_are_known_no_model_is_loaded(frozen: TransferFeatures, monkeypatch: pytest.MonkeyPatch) -> None:
    first = frozen.fit_transform(TEXTS)
    monkeypatch.setattr(Backbone, "encoder", lambda _: pytest.fail("the model was loaded"))
    assert np.array_equal(clone(frozen).fit_transform(TEXTS), first)


@pytest.mark.parametrize("column", ["review", ["review"]])
def test_numbers_and_categories_stand_beside_the_text(frozen: TransferFeatures, column: Any) -> None:
    fitted = piped(frozen, column).fit(TABLE, LABELS)
    assert fitted.score(TABLE, LABELS) > 0.8
    names = list(fitted[0].get_feature_names_out())
    assert names == [*(f"text__layer2_{i}" for i in range(32)), "num__price", *(f"cat__shop_{shop}" for shop in "abc")]


def test_a_search_goes_over_layers_in_a_column(frozen: TransferFeatures) -> None:
    grid = {"columntransformer__text__layers": [0, -1], "columntransformer__text__pooling": ["cls", "mean"]}
    search = GridSearchCV(piped(frozen, "review"), grid, cv=2, scoring="roc_auc", error_score="raise")
    assert search.fit(TABLE, LABELS).best_score_ > 0.7


def test_set_output_gives_tables(frozen: TransferFeatures) -> None:
    table = piped(frozen, "review").set_output(transform="pandas")[0].fit_transform(TABLE)
    assert list(table.index) == list(TABLE.index) and table.columns[0] == "text__layer2_0"
    assert table["text__layer2_0"].dtype == np.float32
    plain = frozen.fit_transform(TEXTS)
    for texts in (TABLE["review"], TABLE[["review"]]):
        found = clone(frozen).set_output(transform="pandas").fit_transform(texts)
        assert list(found.index) == list(TABLE.index) and np.array_equal(found.to_numpy(), plain)
    assert list(clone(frozen).set_output(transform="pandas").fit_transform(TEXTS).index) == list(range(60))


def test_other_features_of_the_text_stand_beside_it(frozen: TransferFeatures) -> None:
    union = FeatureUnion([("frozen", frozen), ("words", TfidfVectorizer())])
    assert make_pipeline(union, LogisticRegression()).fit(TEXTS, LABELS).score(TEXTS, LABELS) > 0.9


def test_two_columns_are_pairs(frozen: TransferFeatures) -> None:
    fitted = clone(frozen).fit(TABLE[["review", "title"]])
    assert fitted.n_features_in_ == 2 and list(fitted.feature_names_in_) == ["review", "title"]
    pairs = list(zip(TEXTS, TABLE["title"], strict=True))
    found = fitted.transform(TABLE[["review", "title"]])
    for same in (pairs, np.array(pairs), np.array(pairs, dtype=object)):
        assert np.array_equal(found, fitted.transform(same))
    assert not np.allclose(found, frozen.fit_transform(TEXTS))


@pytest.mark.parametrize(
    "texts",
    [
        tuple(TEXTS),
        np.array(TEXTS),
        np.array(TEXTS, dtype=object)[:, None],
        [[text] for text in TEXTS],
        TABLE[["review"]],
    ],
)
def test_texts_come_in_any_container(frozen: TransferFeatures, texts: Any) -> None:
    assert np.array_equal(clone(frozen).fit_transform(texts), frozen.fit_transform(TEXTS))
    assert frozen.n_features_in_ == 1 and not hasattr(frozen, "feature_names_in_")


def test_empty_texts_and_no_texts_have_features(frozen: TransferFeatures) -> None:
    assert np.isfinite(frozen.fit(TEXTS).transform(["", "  "])).all()
    assert frozen.transform([]).shape == (0, 32)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([], "texts to choose a model for, found none"),
        ("a film", "found one text; put it in a list"),
        (["a film", None], "item 2 is None; fill what is missing"),
        (pd.Series(["a film", np.nan]), "item 2 is nan; fill what is missing"),
        (TABLE, "one column of texts, or two for pairs of texts, found 4"),
        (TABLE[["price"]], "item 1 is 0.0"),
    ],
)
def test_what_are_no_texts_is_refused(frozen: TransferFeatures, texts: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        frozen.fit(texts)


def test_other_columns_than_in_fit_are_refused(frozen: TransferFeatures) -> None:
    fitted = frozen.fit(TABLE[["review"]])
    with pytest.raises(ValueError, match="expected the columns 'review' as in fit, found 'title'"):
        fitted.transform(TABLE[["title"]])
    with pytest.raises(ValueError, match="trained on single texts"):
        fitted.transform(TABLE[["review", "title"]])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"layers": 3}, r"layers: .* has 0 \(the embeddings\) to 2, or -1 for the last; found 3"),
        ({"layers": [2, -1]}, "expected different layers"),
        ({"layers": "last"}, "layers: .*found 'last'"),
        ({"layers": []}, "layers: "),
        ({"pooling": "average"}, "pooling: expected .*found 'average'"),
        ({"max_length": 100}, "at most 64 tokens"),
        ({"precision": "half"}, "precision: "),
    ],
)
def test_parameters_are_checked_in_fit(frozen: TransferFeatures, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        frozen.set_params(**change).fit(TEXTS)


def test_a_pickled_one_finds_its_model_again(how: dict[str, Any], tiny: Tiny, tmp_path: Path) -> None:
    fitted = TransferFeatures(**how).fit(TEXTS)
    found = fitted.transform(TEXTS)
    written = pickle.dumps(fitted)
    assert len(written) < 10_000  # no weights
    again = pickle.loads(written).set_params(cache_dir=None)
    assert np.allclose(again.transform(["a new film"]), fitted.transform(["a new film"]), atol=1e-6)
    assert np.array_equal(pickle.loads(written).transform(TEXTS), found)
    with pytest.raises(NotFittedError):
        clone(fitted).transform(TEXTS)


def test_a_pickled_one_wants_the_same_model(how: dict[str, Any], tmp_path: Path) -> None:
    folder = architectures.save(tmp_path / "model", "bert")
    written = pickle.dumps(TransferFeatures(**{**how, "model": str(folder)}).fit(TEXTS))
    folder.rename(tmp_path / "moved")
    architectures.save(folder, "bert", seed=1)
    with pytest.raises(SourceError, match="has other weights or another configuration than in fit; fit again"):
        pickle.loads(written).transform(TEXTS)


def test_chinese_texts_have_a_model_of_their_own(how: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    load, asked, model = sources.load, list[str](), how.pop("model")

    def tiny(name: str, **others: Any) -> Backbone:
        asked.append(name)
        return load(model, **others)

    monkeypatch.setattr(sources, "load", tiny)
    TransferFeatures(**how).fit(["味道很好", "送餐太慢了"])
    assert asked == ["all-MiniLM-L6-v2", "multilingual-e5-small"]
    TransferFeatures(**how).fit(["the film was good"])
    assert asked[2:] == ["all-MiniLM-L6-v2"]


def test_a_model_that_is_named_is_warned_of(frozen: TransferFeatures) -> None:
    with pytest.warns(UserWarning, match="unknown to .*; take one that .* such as model='multilingual-e5-small'"):
        frozen.fit(["味道很好", "送餐太慢了"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frozen.fit(["the film was good"])
