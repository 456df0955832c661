"""Every sentence of verdict and report is in every language, and no language has sentences that are gone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from jinja2 import Environment, nodes

from report import every_task
from report.example_run import build
from transferkit import config, locales, metrics, tasks
from transferkit.locales import Say
from transferkit.report import board, page

SOURCE = Path(config.__file__).parent
TEMPLATES = sorted((SOURCE / "report" / "templates").rglob("*.html"))
OTHERS = [name for name in locales.names() if name != locales.ENGLISH]
FIELD = re.compile(r"\{(\w*)\}")
other_languages = pytest.mark.parametrize("name", OTHERS)


def constants() -> set[str]:
    """Every text that stands in the source, also those between the fields of an f-string."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        if "locales" not in path.parts:
            tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            found |= {node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for path in TEMPLATES:
        parsed = Environment().parse(path.read_text(encoding="utf-8"))
        found |= {node.value for node in parsed.find_all(nodes.Const) if isinstance(node.value, str)}
    return found


def said() -> Iterator[str]:
    """The sentences that are given to `say` as they stand, in templates and in the verdict."""
    for path in TEMPLATES:
        for call in Environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "say" and isinstance(call.args[0], nodes.Const):
                yield call.args[0].value
    others = [SOURCE / "evaluation" / name for name in ("verdict.py", "leaderboard.py")] + [
        SOURCE / "cli" / "summary.py"
    ]
    for path in (*others, *(SOURCE / "report").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("say", "say.count"):
                yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def test_languages_are_those_of_the_schema() -> None:
    assert sorted(get_args(config.Language)) == locales.names() == ["en", "zh"]


@other_languages
def test_every_sentence_is_there(name: str) -> None:
    texts = locales.get(name).language.TEXTS
    assert len([*said()]) > 100
    assert sorted({text for text in said() if text not in texts}) == []
    titles = [metrics.get(metric).TITLE for metric in metrics.names()]
    assert [text for text in (*titles, *tasks.names(), "info", "warning", "fixed") if text not in texts] == []


@other_languages
def test_no_sentence_is_of_the_past(name: str) -> None:
    language, known = locales.get(name).language, constants()
    names = {metrics.get(metric).TITLE for metric in metrics.names()} | {*tasks.names()}
    assert [text for text in language.TEXTS if text not in known | names | {"not sig."}] == []
    source = " ".join(words("\n".join(known)))
    assert [text for text in language.PATTERNS if not stands(text, source)] == []
    assert not stands("{#} curious sentences vanished without trace today", source)


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def stands(pattern: str, source: str) -> bool:
    """Whether a pattern is found in the source, which makes sentences of parts: by three words in a row, or by two of
    its pairs; of fewer than five words it is a part itself."""
    parts = [words(part) for part in re.split(r"\{#?\}", pattern)]
    two, three = ({" ".join(part[i : i + n]) for part in parts for i in range(len(part) - n + 1)} for n in (2, 3))
    few = sum(map(len, parts)) < 5
    return few or any(run in source for run in three) or sum(run in source for run in two) > 1


@other_languages
def test_fields_are_the_same(name: str) -> None:
    language = locales.get(name).language
    assert [key for key, ours in language.TEXTS.items() if set(FIELD.findall(key)) != set(FIELD.findall(ours))] == []
    for pattern, ours in language.PATTERNS.items():
        assert {int(field) for field in FIELD.findall(ours)} <= set(range(len(re.findall(r"\{#?\}", pattern)))), pattern


@other_languages
def test_reports_of_every_task_are_in_it(name: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    missing: set[str] = set()
    real = locales.get

    class Watching(Say):
        def __call__(self, text: str, /, **fields: object) -> str:
            if text not in self.language.TEXTS:
                missing.add(text)
            return super().__call__(text, **fields)

    monkeypatch.setattr(locales, "get", lambda asked: Watching(real(asked).language))
    for result in every_task.results(name).values():
        text = page.page(result)
        assert f'<html lang="{real(name).language.TAG}">' in text and result.verdict in text
        assert '<span lang="en">' in text or result.routes[1:] == ()  # a finding that no pattern knows is marked
        board.fragment(result, Path("runs") / "x" / "report.html")
    assert missing - {"curiosities"} == set()


def test_the_verdict_in_chinese() -> None:
    run, say = build(), locales.get("zh")
    from transferkit.evaluation.verdict import verdict

    words = verdict(run.task, run.routes, run.choice, run.quoted, "tf-idf", say)
    assert words.startswith(
        "在 500 条验证样本上，top_layers 表现最佳。在未参与选择的测试集上：准确率 0.970（95% 置信区间 0.951～0.982"
    )
    assert "显著优于基线（tf-idf，0.890）" in words and words.endswith("按 5 次比较作 Holm 校正，显著性水平 5%）。")
    assert not re.search(r"[a-z]{3,} [a-z]{3,}", words)


def test_what_other_rooms_write_is_looked_up() -> None:
    say = locales.get("zh")
    found = say.found("12 of 300 rows of train repeat the text and label of an earlier one (rows 3, 8)")
    assert found == "训练集 300 行中有 12 行与前面的文本和标签重复（第 3, 8 行）"
    assert say.found("fine-tuned bert: full") == "微调 bert：全部参数"
    assert say.found("static embeddings distilled from full") == "静态词向量，由 full 知识蒸馏得到"
    assert say.found("something new") == "something new" and not say.knows("something new")
    assert locales.get("en").found("fine-tuned bert: full") == "fine-tuned bert: full"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(Exception, match="unknown language 'xx'; there is en, zh"):
        locales.get("xx")
