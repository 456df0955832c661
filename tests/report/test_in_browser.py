"""The page as a browser shows it: axe-core finds nothing, nothing is cut off, all can be done by keyboard."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from report import every_task
from transferkit import locales
from transferkit.evaluation.results import RunResult
from transferkit.evaluation.verdict import verdict
from transferkit.report.page import write_report

PHONE, DESK = 390, 1200
Shown = Callable[..., Any]


@pytest.fixture(scope="module")
def pages(run: RunResult, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports by name and language."""
    say = locales.get("zh")
    words = verdict(run.task, run.routes, run.choice, run.quoted, "tf-idf", say)
    chinese = replace(run, config=run.config.model_copy(update={"language": "zh"}), verdict=words)
    results = {"example-en": run, "example-zh": chinese}
    results |= {f"{name}-en": result for name, result in every_task.results("en").items() if name != "many"}
    results |= {"many-zh": every_task.many("zh")}
    folder = tmp_path_factory.mktemp("pages")
    for name, result in results.items():
        write_report(result, folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in results}


@contextmanager
def opened(browser: Any, path: Path, width: int = DESK, **settings: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": width, "height": 900}, **settings)
    page = context.new_page()
    page.goto(path.as_uri())
    yield page
    context.close()


TASKS = ["labels-en", "numbers-en", "tags-en", "spans-en", "translations-en", "many-zh", "alone-en"]


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["example-en", "example-zh"])
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], name: str, scheme: str, width: int) -> None:
    with opened(browser, pages[name], width, color_scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert violations(page) == []


@pytest.mark.parametrize("name", TASKS)
def test_axe_finds_nothing_in_any_task(browser: Any, pages: dict[str, Path], name: str) -> None:
    with opened(browser, pages[name], PHONE if name == "many-zh" else DESK, color_scheme="dark") as page:
        assert violations(page) == []


def test_axe_would_find_a_fault(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["alone-en"]) as page:
        page.add_style_tag(content=":root { --soft: #aaaaaa !important; }")
        assert [name for name, _ in violations(page)] == ["color-contrast"]


def violations(page: Any) -> list[tuple[str, list[Any]]]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response
    assert len(found["passes"]) > 10  # or it has looked at nothing
    return [(each["id"], [node["target"] for node in each["nodes"]][:5]) for each in found["violations"]]


@pytest.mark.parametrize("name", ["example-en", "example-zh", *TASKS])
def test_nothing_is_wider_than_a_phone(browser: Any, pages: dict[str, Path], name: str) -> None:
    with opened(browser, pages[name], PHONE) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE
        plots = page.evaluate("[...document.querySelectorAll('svg.chart')].map(e => e.getBoundingClientRect().right)")
        assert max(plots) <= PHONE
        assert page.evaluate("getComputedStyle(document.querySelector('.board thead')).display") == "none"
        cells = "[...document.querySelectorAll('.board tbody td')].filter(e => e.innerText && !e.dataset.label).length"
        assert page.evaluate(cells) == 0  # every value of a card has its name
        assert page.locator(".board").get_attribute("role") == "table"


def test_the_page_asks_for_nothing(browser: Any, pages: dict[str, Path]) -> None:
    context = browser.new_context()
    page, asked, errors = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(pages["many-zh"].as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [pages["many-zh"].as_uri()] and errors == []
    context.close()


def column(page: Any, number: int) -> list[float]:
    cells = page.locator(f".board tbody tr > :nth-child({number})").all()
    return [float(cell.get_attribute("data-v")) for cell in cells]


def test_tables_sort_by_keyboard_and_the_best_comes_first(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["example-en"]) as page:
        for title, best_first in (("accuracy", True), ("log loss", False), ("size, MB", False), ("texts/s", True)):
            button = page.locator(".board thead button", has_text=title).first
            button.focus()
            page.keyboard.press("Enter")
            head = button.locator("..")
            number = head.evaluate("head => head.cellIndex + 1")
            assert head.get_attribute("aria-sort") == ("descending" if best_first else "ascending")
            assert column(page, number) == sorted(column(page, number), reverse=best_first)
            page.keyboard.press("Enter")
            assert column(page, number) == sorted(column(page, number), reverse=not best_first)
        assert page.locator(".board th[aria-sort]").count() == 1


TITLE = "Pearson correlation"
CHOSEN = "list => list.selectedOptions[0]?.textContent"


@pytest.mark.parametrize(
    "name, by", [("example-en", "validation"), ("example-zh", "验证集"), ("alone-en", "Pearson correlation")]
)
def test_cards_say_what_they_are_sorted_by(browser: Any, pages: dict[str, Path], name: str, by: str) -> None:
    with opened(browser, pages[name], PHONE) as page:
        list_ = page.locator(".sortby select")
        assert list_.is_visible() and list_.evaluate(CHOSEN) == by
        assert page.locator(".board th[aria-sort]").count() == 1
        number = page.locator(".board th[aria-sort]").evaluate("head => head.cellIndex + 1")
        assert column(page, number) == sorted(column(page, number), reverse=True)


def test_a_heading_and_the_list_say_the_same(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["example-en"]) as page:
        page.locator(".board thead button", has_text="log loss").click()
        assert page.locator(".sortby select").evaluate(CHOSEN) == "log loss"


def test_cards_sort_by_a_list(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["example-en"], PHONE) as page:
        page.get_by_label("Sort by").select_option(label="training time")
        assert column(page, 11) == sorted(column(page, 11))


def test_one_route_is_shown_at_a_time_and_arrows_lead_to_the_next(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["example-en"]) as page:
        assert page.locator(".panel:visible").count() == 1
        page.locator("[role=tab]").first.focus()
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.getAttribute('aria-selected')") == "true"
        assert page.locator(".panel:visible h3").first.inner_text().startswith("full")
        page.keyboard.press("End")
        assert page.locator(".panel:visible h3").first.inner_text().startswith("lora")


def test_mistakes_are_found_filtered_and_turned_over(browser: Any, pages: dict[str, Path], run: RunResult) -> None:
    with opened(browser, pages["example-en"]) as page:
        page.get_by_role("tab", name="tf-idf").click()
        panel = page.locator(".panel:visible")
        status, rows = panel.get_by_role("status"), panel.locator(".mistakes tbody tr")
        count = sum(int(count) for count in panel_misses(run))
        assert status.inner_text() == f"1–12 of {count}" and rows.count() == 12
        seen = 12
        while panel.get_by_role("button", name="Next").is_enabled():
            panel.get_by_role("button", name="Next").click()
            seen += rows.count()
        assert seen == count
        panel.get_by_label("true label").select_option("HUM")
        panel.get_by_label("predicted label").select_option("LOC")
        wanted = int(run.route("tf-idf").scores.confusion[3, 4])
        assert wanted and status.inner_text() == f"1–{wanted} of {wanted}"
        panel.get_by_label("Search these texts").fill("no such words")
        assert status.inner_text() == "No row fits." and rows.count() == 0


def panel_misses(run: RunResult) -> list[int]:
    confusion = run.route("tf-idf").scores.confusion
    return [int(confusion[i, j]) for i in range(6) for j in range(6) if i != j]


def test_without_scripts_all_of_it_is_there_to_read(browser: Any, pages: dict[str, Path], run: RunResult) -> None:
    with opened(browser, pages["example-en"], java_script_enabled=False) as page:
        assert page.locator(".panel:visible").count() == len(run.routes)
        assert page.locator(".tabs:visible, .filters, .scripted:visible").count() == 0
        first = page.locator(".mistakes").first
        assert first.locator("tbody tr").count() == 12 and "all of them are in predictions.csv" in first.inner_text()


def test_print_shows_every_route(browser: Any, pages: dict[str, Path], run: RunResult) -> None:
    with opened(browser, pages["example-en"], color_scheme="dark") as page:
        page.emulate_media(media="print")
        assert page.locator(".panel:visible").count() == len(run.routes)
        assert page.locator(".filters:visible, .pager:visible, .tabs:visible").count() == 0
        assert page.evaluate("getComputedStyle(document.querySelector('td.right')).color") == "rgb(22, 24, 29)"
        for name in ("h2", "h3", "h4"):
            assert page.evaluate(f"getComputedStyle(document.querySelector('main {name}')).breakAfter") == "avoid"


def test_a_route_has_one_colour_throughout(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["example-en"]) as page:
        colour = "e => getComputedStyle(e).getPropertyValue('--tone')"
        places = [
            page.locator(".board tbody tr", has_text="all weights").locator("circle").last,
            page.locator("#cost svg.wide g", has_text="full:").locator("circle").first,
            page.locator("#curves svg.wide g", has_text="full").locator("polyline"),
            page.get_by_role("tab", name="full").locator("svg"),
            page.locator(".panel", has_text="all weights").locator(".chart").first,
        ]
        assert len({place.evaluate(colour) for place in places}) == 1
