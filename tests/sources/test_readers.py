from pathlib import Path

import pytest

from transferkit import sources
from transferkit.errors import ConfigError, SourceError
from transferkit.sources import catalogue
from transferkit.sources.catalogue import Catalogue, DatasetEntry

TREC = b"NUM:dist How far is it ?\nHUM:ind Who was Beyonc\xe9 ?\nENTY:food What is na\xc3\xafve ?\n"
# An original line began with a quotation mark, and the field ended at the next one, three messages later.
SMS = b',spam,text\n0,1,"win, now"\n1,0,"Gimme"" a few\nspam\tTab\there\nham\t""late""\nand long"\n2,0,ok\n'
ORANGE = b'Category\tText\nd\tstring\nclass\t\nacq\ta "quoted b\nearn\tc\n\n'


@pytest.fixture
def tables(make_wheel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of one data set per reader, all in one wheel."""
    members = {
        "d/trec.txt": TREC,
        "d/a.tab": ORANGE,
        "d/b.tab": ORANGE,
        "d/sms.csv": SMS,
        "d/news/sports/001.txt": b"Head\r\n\r\nfor \xa315m",
        "d/news/business/001.txt": b"Other",
    }
    wheel = f"wheel://tiny-data==1.0/d#sha256={make_wheel('tiny-data', members)}"
    names = {"label": "Category", "text": "Text"}
    sms = {"columns": {"text": "text", "label": "spam"}, "label_names": {"0": "ham", "1": "spam"}}
    options: list[dict[str, object]] = [
        {"name": "trec", "reader": "trec_lines", "tables": {"train": "trec.txt"}},
        {"name": "r8", "reader": "orange_tab", "tables": {"train": "a.tab", "test": "b.tab"}, "columns": names},
        {"name": "sms", "reader": "sms_table", "tables": {"train": "sms.csv"}, **sms},
        {"name": "bbc", "reader": "text_folders", "tables": {"train": "news"}},
        {"name": "lost", "reader": "sms_table", "tables": {"train": "lost.csv"}},
        {"name": "other", "reader": "sms_table", "tables": {"train": "sms.csv"}, "columns": {"text": "Body"}},
        {"name": "odd", "reader": "orange_tab", "tables": {"train": "a.tab"}, "columns": {"text": "Body"}},
    ]
    common = {"summary": "", "task": "text-classification", "licence": "", "rows": 1, "size": 1, "wheel": wheel}
    entries = tuple(DatasetEntry.model_validate({**common, **option}) for option in options)
    monkeypatch.setattr(catalogue, "read", lambda: Catalogue(models=(), datasets=entries))


def test_trec_lines_are_read_in_any_encoding(tables: None, cache: Path) -> None:
    rows = sources.load_tables("TREC", cache_dir=cache)["train"]
    assert rows["text"] == ["How far is it ?", "Who was Beyoncé ?", "What is naïve ?"]
    assert rows["label"] == ["NUM", "HUM", "ENTY"] and rows["fine_label"][0] == "NUM:dist"
    assert rows.numbers.tolist() == [1, 2, 3] and rows.source == "wheel://tiny-data==1.0/d/trec.txt"


def test_given_splits_stay_apart(tables: None, cache: Path) -> None:
    both = sources.load_tables("r8", cache_dir=cache)
    assert list(both) == ["train", "test"]
    assert both["test"]["text"] == ['a "quoted b', "c"] and both["test"]["label"] == ["acq", "earn"]


def test_messages_inside_others_are_taken_out_and_labels_get_readable_names(tables: None, cache: Path) -> None:
    rows = sources.load_tables("sms", cache_dir=cache)["train"]
    assert list(zip(rows["label"], rows["text"], strict=True)) == [
        ("spam", "win, now"),
        ("ham", 'Gimme" a few'),
        ("spam", "Tab\there"),
        ("ham", '"late"\nand long'),
        ("ham", "ok"),
    ]
    assert rows.numbers.tolist() == [1, 2, 3, 4, 5]


def test_folders_are_labels(tables: None, cache: Path) -> None:
    rows = sources.load_tables("bbc", cache_dir=cache)["train"]
    assert rows["label"] == ["business", "sports"] and rows["text"] == ["Other", "Head\n\nfor £15m"]
    assert rows["headline"] == ["Other", "Head"] and rows["body"] == ["", "for £15m"]


def test_data_sets_explain_what_is_wrong(tables: None, cache: Path) -> None:
    assert sources.is_dataset("trec") and not sources.is_dataset("treck")
    with pytest.raises(SourceError, match="transferkit fetch 'trec'"):
        sources.load_tables("trec", cache_dir=cache, offline=True)
    with pytest.raises(ConfigError, match="the catalogue has trec, r8"):
        sources.load_tables("treck", cache_dir=cache)
    with pytest.raises(SourceError, match=r"lost should have .*lost\.csv"):
        sources.load_tables("lost", cache_dir=cache)
    with pytest.raises(SourceError, match="no column 'Body'; it has Category, Text"):
        sources.load_tables("odd", cache_dir=cache)
    with pytest.raises(SourceError, match="no column 'Body'; it has , spam, text"):
        sources.load_tables("other", cache_dir=cache)
    sources.fetch("sms", cache_dir=cache)
    assert sources.load_tables("trec", cache_dir=cache, offline=True)
