"""Every sentence of verdict and report is in every language, and no language has sentences that are gone."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any, get_args

import pytest
from jinja2 import Environment, nodes

from findings_in_source import Said, Source
from report import every_task
from report.example_run import build
from transferkit import config, locales, metrics, tasks
from transferkit.locales import Say
from transferkit.report import board, page

SOURCE = Path(config.__file__).parent
FOUND = Source(SOURCE)
TEMPLATES = sorted((SOURCE / "report" / "templates").rglob("*.html"))
OTHERS = [name for name in locales.names() if name != locales.ENGLISH]
FIELDS = re.compile(r"\{[^{}]*\}")
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
    for path in (path for path in SOURCE.rglob("*.py") if "locales" not in path.parts):
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
    written = {form for said in FOUND.arguments("Finding", 2, 4) for form in said.forms}
    fitting = {text: re.compile(".*?".join(map(re.escape, FIELDS.split(text)))) for text in language.PATTERNS}
    doubtful = [text for text in language.PATTERNS if not stands(text, source)]
    assert [text for text in doubtful if not any(fitting[text].fullmatch(form) for form in written)] == []
    assert not stands("{#} curious sentences vanished without trace today", source)


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def stands(pattern: str, source: str) -> bool:
    """Whether a pattern is found in the source, which makes sentences of parts: by three words in a row, or by two of
    its pairs; of fewer than five words it is a part itself."""
    parts = [words(part) for part in re.split(r"\{#?\}", re.sub(r"\{\w[^{}]*\|[^{}]*\}", "{}", pattern))]
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
    assert found == "训练集 300 行中有 12 行与前面的文本和标签重复（第 3、8 行）"
    assert say.found("fine-tuned bert: full") == "微调 bert：全部参数"
    assert say.found("static embeddings distilled from full") == "静态词向量，由 full 知识蒸馏得到"
    assert say.found("something new") == "something new" and not say.knows("something new")
    assert locales.get("en").found("fine-tuned bert: full") == "fine-tuned bert: full"


RAISED = "another spelling than"
"""Of findings whose verb and ending are passed apart, so that they would be mixed."""


def unknown_forms(said: Iterable[Said], say: Say) -> list[str]:
    """Sentences that no pattern fits; not those of which less than five words are known from the source."""
    return [
        f"{sentence.where}: {form}"
        for sentence in said
        for form in sentence.forms
        if form and not is_open(form) and not any(say.knows(way) for way in ways(form))
    ]


def is_open(form: str) -> bool:
    left_open = re.search(r"\bx\b", form) is not None or re.search(r"(?<=[a-z])x\b", form) is not None
    return left_open and (len(re.findall(r"[^\W\d_]{2,}", form)) < 5 or "x x" in form or RAISED in form)


def ways(form: str) -> Iterator[str]:
    """A sentence with what is not known of it as a text, as a number, and as nothing behind a word."""
    yield form
    yield re.sub(r"\bx\b", "7", form)
    yield re.sub(r"(?<=[a-z])x\b", "", form)


@other_languages
def test_every_finding_is_known(name: str) -> None:
    """Also what is done about it, signs of tasks, methods of routes, and reasons why one is not run."""
    say = locales.get(name)
    findings = [*FOUND.arguments("Finding", 2, 4), *FOUND.arguments("Note", 1, 3), *FOUND.arguments("Sign", 0)]
    others = [*FOUND.arguments("Outcome", "method"), *FOUND.returned("why_not")]
    assert len(findings) > 150 and len(others) > 15
    assert unknown_forms([*findings, *others], say) == []
    kinds = {form for call in ("Finding", "Note") for said in FOUND.arguments(call, 0) for form in said.forms} - {"x"}
    assert len(kinds) > 70 and sorted(kinds - say.language.TEXTS.keys()) == []


def test_a_finding_that_is_unknown_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "oddities.py").write_text(
        "_ADVICE = 'mend it'\n"
        "def found(rows, name):\n"
        "    what = 'is' if len(rows) == 1 else 'are'\n"
        "    message = f'{prose.counted(len(rows))}{prose.of(name)} {what} curious as can be ({prose.shown(rows)})'\n"
        "    return _made(message, _ADVICE)\n"
        "def _made(words, action):\n"
        "    return Finding('curiosities', 'warning', words, (), action)\n"
    )
    source = Source(tmp_path)
    said = [*source.arguments("Finding", 2, 4)]
    assert said[0].forms == tuple(
        f"3 rows{of} {verb} curious as can be (rows 1, 2)" for of in (" of train", "") for verb in ("is", "are")
    )
    assert said[1].forms == ("mend it",)
    assert len(unknown_forms(said, locales.get("zh"))) == 5


def test_words_of_every_task_are_known() -> None:
    for name in OTHERS:
        known = locales.get(name).language.TEXTS
        words = {text for task in tasks.names() for text in astuple(tasks.get(task).words)}
        assert sorted(words - known.keys()) == []


def test_what_varies_is_translated_too_and_more_words_are_surer() -> None:
    say = locales.get("zh")
    assert say.found("trained in 12 s, 3 s of it now: the rest came from the cache") == (
        "训练耗时 12 秒，其中本次 3 秒，其余来自缓存"
    )
    assert say.found("3 rows of train with one value, 7") == "训练集 3 行的数值全部为 7"
    assert say.found("1 row has no label, 'nan' in 1 of them (row 4)") == "1 行没有标签，其中 1 行写着 'nan'（第 4 行）"
    of_model = "./alpha: none of 612 rows is longer than 48 tokens; the longest has 12"
    assert say.found(of_model) == "./alpha：612 行都不超过 48 个词元；最长的有 12 个"
    assert say.knows(of_model) and not say.knows("./alpha: something new")
    assert say.found("3 texts in 7 rows carry more than one label (rows 1, 2)") == (
        "3 条文本有多个不同的标签，涉及 7 行（第 1、2 行）"
    )


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(Exception, match="unknown language 'xx'; expected one of en, zh"):
        locales.get("xx")


def test_lists_have_the_commas_of_the_language() -> None:
    say, english = locales.get("zh"), locales.get("en")
    found = say.found("2 labels: 好评 (393), 差评 (1,269)")
    assert found == "2 个标签：好评（393）、差评（1,269）"
    assert say.found("12 rows of test repeat the text of an earlier one (rows 61, 107, 214 and 4 more)").endswith(
        "（第 61、107、214 行，另有 4 行）"
    )
    assert say.listed(["1 条警告", "4 条说明"]) == "1 条警告和 4 条说明"
    assert say.listed(["full", "static"]) == "full 和 static" and english.listed(["a", "b"]) == "a and b"
    assert say.numbers("3, 8") == "3、8" and english.numbers("3, 8") == "3, 8"
    assert say.found("2 labels: 'a, 1' 3") == "2 个标签：'a, 1' 3"
