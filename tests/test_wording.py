"""Words that a reader stumbles over stay out of pages, messages and the report."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "transferkit"
BETTER = {
    r"is told|are told|it is told|which is told|told apart": "reported, shown, distinguished",
    r"tells? apart": "distinguishes",
    r"mend(s|ed|ing)?": "fix",
    r"judged|judging": "evaluated",
    r"taught by": "distilled from",
    r"stands? in": "appear in",
    r"parted( by)?": "separated",
    r"surest": "most confident",
    r"all the same": "anyway, nevertheless",
    r"as good as such": "the field's own word",
}
WORST = re.compile("|".join(rf"\b(?:{words})\b" for words in BETTER), re.IGNORECASE)
PAGES = [
    *ROOT.glob("*.md"),
    *(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts),
    *(SOURCE / "report" / "templates").rglob("*.*"),
]


def messages(path: Path) -> Iterator[str]:
    """The texts in a module that users may read: strings that are sentences, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    described = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described | loose:
            yield node.value


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_are_in_plain_words(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)  # names of modules
    assert [found[0] for found in WORST.finditer(text)] == []


def test_messages_are_in_plain_words() -> None:
    found = {
        f"{path.relative_to(SOURCE).as_posix()}: {text.strip()[:120]}"
        for path in sorted(SOURCE.rglob("*.py"))
        for text in messages(path)
        if " " in text.strip() and WORST.search(text)
    }
    assert found == set()
