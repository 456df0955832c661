"""The page: complete, well formed, self-contained, and deaf to markup in the user's data."""

import json
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from transferkit.evaluation import choosing
from transferkit.evaluation.results import VALIDATION, RunResult, Skipped
from transferkit.report.example import example
from transferkit.report.page import page, write_report
from transferkit.table.splits import Audit

VOID = {"meta", "link", "br", "circle", "line", "polyline", "rect", "img", "hr", "input"}
EVIL = "<script>alert('x')</script><b onclick=\"y\">&amp;"


class Checker(HTMLParser):
    """Collects tags and complains about those that do not close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, Mapping[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def checked(text: str) -> Checker:
    checker = Checker()
    checker.feed(text)
    assert checker.open == []
    return checker


@pytest.fixture(scope="module")
def parsed(run: RunResult) -> Checker:
    return checked(page(run))


def test_page_is_well_formed_and_has_every_section(parsed: Checker) -> None:
    ids = [attributes["id"] for _, attributes in parsed.seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {"verdict", "board", "cost", "curves", "routes", "hard", "data", "use"} <= set(ids)


def test_page_loads_nothing(run: RunResult, parsed: Checker) -> None:
    loading = {"src", "href", "action", "poster", "data", "xlink:href", "srcset"}
    assert [value for _, found in parsed.seen for name, value in found.items() if name in loading] == ["data:,"]
    text = page(run)
    assert "@import" not in text and "url(" not in text and "fetch(" not in text


def test_page_says_what_was_found(run: RunResult, parsed: Checker) -> None:
    text = " ".join(" ".join(parsed.text).split())
    assert run.verdict in text
    assert "not significant" in text and "0.969" in text and "66%" in text
    for route in run.routes:
        assert route.name in text and route.method in text
    assert run.splits.audit.findings
    for finding in run.splits.audit.findings:
        assert finding.message in text
    assert "all 1,333 rows" in text and "230–232" in text
    assert run.skipped[0].reason in text and run.fingerprint in text
    assert "transferkit predict runs/trec FILE" in text and "torch" in text
    assert "AMD EPYC 7B13 · 2 cores · 7.8 GB memory · Linux" in text


def test_commands_name_folders_as_a_shell_and_python_take_them(run: RunResult) -> None:
    checker = Checker()
    checker.feed(page(replace(run, config=run.config.model_copy(update={"output_dir": Path('my "runs"/a b\'s')}))))
    text = "".join(checker.text)
    assert "transferkit predict 'my \"runs\"/a b'\"'\"'s' FILE" in text
    assert f'load("my \\"runs\\"/a b\'s/{run.route(run.best).artifact}")' in text


def test_user_text_is_escaped(run: RunResult) -> None:
    rows = run.splits.test
    evil = replace(rows, columns={**rows.columns, "text": [EVIL] * len(rows)})
    labels = (f"{EVIL}0", *run.task.labels[1:])
    audit = Audit((replace(run.splits.audit.findings[0], message=EVIL, action=EVIL),))
    routes = tuple(
        replace(route, name=f"{EVIL}{route.name}", method=EVIL, notes=(EVIL,), settings={EVIL: EVIL})
        for route in run.routes
    )
    hostile = replace(
        run,
        task=replace(run.task, labels=labels, encode_target=lambda value, _: run.task.labels.index(value)),
        splits=replace(run.splits, test=evil, audit=audit),
        routes=routes,
        skipped=(Skipped(EVIL, EVIL),),
        verdict=EVIL,
        manifest={EVIL: EVIL, "machine": EVIL, "created": EVIL},
        choice=replace(run.choice, best=f"{EVIL}{run.best}", cheapest=f"{EVIL}{run.cheapest}"),
    )
    parsed = checked(page(hostile))
    assert [found.get("type") for tag, found in parsed.seen if tag == "script"] == ["application/json", None]
    embedded = next(text for text in parsed.text if text.startswith('{"rows":'))
    assert json.loads(embedded)["rows"][0][1] == EVIL and "<" not in embedded
    assert not [found for _, found in parsed.seen if "onclick" in found]


def test_bare_runs_have_a_page_too(run: RunResult, tmp_path: Path) -> None:
    only = replace(run.routes[0], against_baseline=None, against_best=None, seed_values=(), history=())
    bare = replace(
        run,
        routes=(only,),
        choice=choosing.unchosen(run.task, [only.name], VALIDATION, 1.0),
        naive=None,
        skipped=(),
        manifest={},
        splits=replace(run.splits, audit=Audit()),
        config=run.config.model_copy(update={"seeds": 1}),
    )
    write_report(bare, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    checked(text)
    assert "Nothing to report" in text and "naive split" not in text and "Learning curves" not in text


def test_perfect_and_lone_surrogate_rows_do_not_break_it(run: RunResult, tmp_path: Path) -> None:
    truth = np.array(run.task.references(run.splits.test))
    perfect = np.eye(6, dtype=np.float32)[truth]
    routes = tuple(replace(route, outputs=perfect) for route in run.routes)
    assert "No row is wrong" in page(replace(run, routes=routes))
    rows = run.splits.test
    broken: dict[str, Any] = {**rows.columns, "text": ["\udcff broken"] * len(rows)}
    write_report(replace(run, splits=replace(run.splits, test=replace(rows, columns=broken))), tmp_path / "r.html")


def test_the_best_and_fastest_route_is_not_said_to_have_faster_ones(run: RunResult) -> None:
    fastest = max(run.routes, key=lambda route: route.cost.texts_per_second).name
    slowest = min(run.routes, key=lambda route: route.cost.texts_per_second).name
    for name, said in ((fastest, False), (slowest, True)):
        alone = replace(run, choice=replace(run.choice, best=name, cheapest=name))
        assert ("Every faster route is worse." in page(alone)) is said


def test_a_warning_stands_above_the_scores_and_once(run: RunResult) -> None:
    words = "Warning: full is no better than always answering 'HUM': accuracy 0.220 against 0.220."
    text = page(replace(run, warning=words, verdict=f"{words} {run.verdict}"))
    assert text.count("no better than always") == 1
    assert text.index("no better than always") < text.index('class="tiles"') < text.index(run.verdict[:60])
    assert 'class="verdict warns"' not in page(run)


def test_the_example_has_labels_in_their_type(run: RunResult) -> None:
    names = {label: str(i) for i, label in enumerate(run.task.labels)}
    rows = run.splits.test
    labels = [names[label] for label in rows["label"]]
    test = replace(rows, columns={**rows.columns, "label": labels})
    numbered = replace(
        run,
        task=replace(run.task, labels=tuple(names.values())),
        splits=replace(run.splits, test=test, label_type="int"),
    )
    shown = example(numbered, numbered.routes[0])
    assert shown is not None and shown.answer.strip("[]").isdecimal()
