"""The name that is probably meant."""

import pytest

from transferkit import options, tasks
from transferkit.config import RunConfig
from transferkit.errors import nearest
from transferkit.keywords import known
from transferkit.options import full, names
from transferkit.places import beside


@pytest.mark.parametrize(
    ("name", "among", "meant"),
    [
        ("epoch", full.Options.model_fields, "epochs"),
        ("lr", full.Options.model_fields, "learning_rate"),
        ("bs", full.Options.model_fields, "batch_size"),
        ("num_train_epochs", full.Options.model_fields, "epochs"),
        ("per_device_train_batch_size", full.Options.model_fields, "batch_size"),
        ("hidden_dropout", full.Options.model_fields, None),
        ("clasification", tasks.names(), "text-classification"),
        ("summarisation", tasks.names(), "summarization"),
        ("multilabel", tasks.names(), "multi-label-classification"),
        ("Full", names(), "full"),
        ("feature-transfer", names(), "feature_transfer"),
        ("zeroshot", names(), "zero_shot"),
        ("nothing of the kind", names(), None),
        ("route", RunConfig.model_fields, "routes"),
        ("models", RunConfig.model_fields, "model"),
        ("", names(), None),
    ],
)
def test_nearest(name: str, among: list[str], meant: str | None) -> None:
    assert nearest(name, among) == meant


def test_a_keyword_that_there_is_not() -> None:
    calls = []

    @known(lambda name: f"{name} goes elsewhere" if name == "epochs" else "")
    def call(data: str, *, label: str = "") -> str:
        calls.append(data)
        return label

    assert call("x", label="y") == "y" and call.__name__ == "call"
    with pytest.raises(
        TypeError, match=r"^call\(\) got an unexpected keyword argument 'lable'; did you mean 'label'\?$"
    ):
        call("x", lable="y")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'epochs'; epochs goes elsewhere"):
        call("x", epochs=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'zzz'; expected one of data, label"):
        call("x", zzz=3)  # type: ignore[call-arg]
    assert calls == ["x"]


def test_routes_with_an_option() -> None:
    assert options.with_option("epochs")[0] == "full" and "static" in options.with_option("epochs")
    assert options.with_option("no_such_option") == []


def test_what_is_beside(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for name in ("reviews.csv", "notes.txt"):
        (tmp_path / name).write_text("")
    assert beside(tmp_path / "reveiws.csv") == f"; did you mean '{tmp_path}/reviews.csv'?"
    assert (
        beside(tmp_path / "reviews") == beside(tmp_path / "reviews.tsv") == f"; did you mean '{tmp_path}/reviews.csv'?"
    )
    assert beside(tmp_path / "quux.csv") == beside(tmp_path / "no" / "reviews.csv") == ""
    (tmp_path / "tk.py").write_text("")
    assert "tk.py" in beside(tmp_path / "trek") and beside(tmp_path / "trek", ["trec"]) == ""
    assert "reviews.csv" in beside(tmp_path / "reviews", ["reviews-r8"])
