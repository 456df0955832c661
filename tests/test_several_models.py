"""Several pretrained models in one run: every route from each, told apart in all that is left, as each is alone."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import transferkit
from calling import Call
from tiny_models import save_model, some_rows, with_prompts
from transferkit import config, planning, route_choice
from transferkit.artifact.run_folder import RunFolder
from transferkit.errors import ConfigError
from transferkit.finished_run import Run
from transferkit.intake import take_in
from transferkit.planning import Prepared, context_of

ROWS = some_rows(90)
QUICK: list[Any] = ["feature_transfer", {"full": {"epochs": 1}}]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("models")
    return str(save_model(folder / "one", "bert", 3)), str(save_model(folder / "zwei 二", "mpnet", 2, seed=1))


def fit(place: Path, model: Any, name: str = "run", **settings: Any) -> Run:
    asked = {"folds": 0, "routes": QUICK, "offline": True, **settings}
    rows = {"text": list(ROWS["text"]), "label": list(ROWS["label"])}
    return transferkit.fit(rows, model=model, output_dir=place / name, cache_dir=place / "cache", **asked)


def prepared(place: Path, model: Any, routes: Any = QUICK, **settings: Any) -> Prepared:
    asked = {"data": {"path": "rows", "folds": 0}, "model": model, "routes": routes, "offline": True, **settings}
    described = config.parse({**asked, "output_dir": place / "run", "cache_dir": place / "cache"})
    return planning.with_model(take_in(described, dict(ROWS.columns)))


TITLES = ["baseline", "feature_transfer-one", "full-one", "feature_transfer-zwei-二", "full-zwei-二"]


@pytest.fixture(scope="module")
def run(models: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    return fit(tmp_path_factory.mktemp("several"), models)


def test_every_route_is_trained_from_each_and_the_same_as_alone(
    run: Run, models: tuple[str, str], tmp_path: Path
) -> None:
    assert sorted(route.name for route in run.result.routes) == sorted(TITLES)
    assert sorted(path.name for path in (run.folder / "models").iterdir()) == sorted(TITLES)
    for model, ending in zip(models, ("one", "zwei-二"), strict=True):
        alone = fit(tmp_path, model, f"alone-{ending}")
        for route in ("feature_transfer", "full"):
            both, own = run.result.route(f"{route}-{ending}"), alone.result.route(route)
            assert np.array_equal(both.outputs, own.outputs) and both.backbone == own.backbone == model
            assert both.settings.get("learning_rate") == own.settings.get("learning_rate")
    assert run.result.route("baseline").backbone == ""


def test_all_that_is_left_names_them(run: Run, models: tuple[str, str]) -> None:
    record = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    lengths = {each["name"]: each["max_length"] for each in record["manifest"]["backbones"]}
    assert lengths == {models[0]: 48, models[1]: 46}
    assert "backbone" not in record["manifest"] and record["config"]["model"] == list(models)
    named = {route["name"]: route["backbone"] for route in record["routes"]}
    assert named == dict(zip(TITLES, ("", models[0], models[0], models[1], models[1]), strict=True))
    for title, model in named.items():
        card = (run.folder / "models" / title / "README.md").read_text(encoding="utf-8").splitlines()
        assert not [line for line in card if line.startswith("base_model:")]  # a folder is no name on the hub
        said = [line.partition(", made from ")[2].partition(" with ")[0] for line in card if ", made from " in line]
        assert said == [Path(model).name] * bool(model)
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert all(words in page for words in ("Models", *models, *named))
    lengths_told = [each.message for each in run.result.splits.audit.findings if each.kind == "truncation"]
    assert [message.split(":")[0] for message in lengths_told] == list(models)
    read = [name for name, _ in run.result.splits.overview.example if "reads" in name]
    assert read == [f"as the model reads it ({name})" for name in models]
    assert run.model("feature_transfer-zwei-二").predict(["the cat"])


def test_a_run_of_several_goes_on(run: Run, models: tuple[str, str]) -> None:
    assert config.read_yaml(run.folder / "config.yaml")["model"] == list(models)
    before = (run.folder / "predictions.csv").read_bytes()
    again = fit(run.folder.parent, models, resume=True)
    assert len(again.result.routes) == len(TITLES) and (run.folder / "predictions.csv").read_bytes() == before


@pytest.mark.parametrize("teachers", [[], ["full"], ["full-one"], ["full-zwei-二"], ["full-one", "full-zwei-二"]])
def test_students_learn_from_the_route_of_their_own_model(
    models: tuple[str, str], tmp_path: Path, teachers: list[str]
) -> None:
    """Of two that are named by their whole titles, the first says which model that is."""
    asked: list[Any] = [{"full": {"epochs": 1}}, {"fewer_layers": {"teachers": teachers, "epochs": 1}}]
    there, whole = prepared(tmp_path, models, asked), [title for title in teachers if title != "full"]
    plans, skipped = planning.applicable(there)
    assert not skipped and len(plans) == 5 - bool(whole)
    wanted = {ending: tuple(whole) or (f"full-{ending}",) for ending in ("one", "zwei-二")}
    wanted = {ending: titles for ending, titles in wanted.items() if titles[0] == f"full-{ending}"}
    students = [plan for plan in plans if plan.variant == "fewer_layers"]
    assert [plan.title for plan in students] == [f"fewer_layers-{ending}" for ending in wanted]
    for plan, titles in zip(students, wanted.values(), strict=True):
        context = context_of(there, RunFolder(there.folder), [other.title for other in plans], plan, 0)
        assert plan.teachers(context) == titles and context.backbone_of(titles[0]) == context.backbone
        assert [context.backbone_of(title).layers for title in titles] == [3 if t == "full-one" else 2 for t in titles]


def test_layers_of_a_teacher_are_counted_in_its_own_model(models: tuple[str, str], tmp_path: Path) -> None:
    asked = [{"full": {"epochs": 1}}, {"fewer_layers": {"teachers": ["full-one"], "layers": [1, 3], "epochs": 1}}]
    run = fit(tmp_path, models, routes=asked)
    (student,) = (route for route in run.result.routes if "fewer" in route.name)
    assert (student.name, student.backbone) == ("fewer_layers-one", models[0])
    assert student.settings["layers"] == [1, 3] and "full-one" in student.method
    with pytest.raises(ConfigError, match="layers"):
        planning.applicable(prepared(tmp_path, models[1], [asked[0], {"fewer_layers": {"layers": [1, 3]}}]))


def test_each_reads_as_many_tokens_as_it_takes(models: tuple[str, str], tmp_path: Path) -> None:
    longer = str(save_model(tmp_path / "longer", "gpt2", 2))
    there = prepared(tmp_path, [models[0], longer], ["full"])
    lengths = {
        plan.title: context_of(there, RunFolder(there.folder), [], plan, 0).max_length for plan in there.plans[1:]
    }
    assert lengths == {"full-one": 48, "full-longer": 96}


@pytest.mark.parametrize(
    ("names", "endings"),
    [
        (["all-MiniLM-L6-v2"], [""]),
        (["all-MiniLM-L6-v2", "/models/bert-base"], ["-all-MiniLM-L6-v2", "-bert-base"]),
        (["google/bert", "BAAI/bert"], ["-google-bert", "-BAAI-bert"]),
        (["/a/Bert", "/b/bert"], ["-a-Bert", "-b-bert"]),
        (["../模型", "wheel://x?y=z"], ["-模型", "-z"]),
        (["my model", "your/model"], ["-my-model", "-model"]),
        (["a b", "a,b"], ["-a-b-1", "-a-b-2"]),
        (["书" * 80, "书" * 79], ["-" + "书" * 50 + "-1", "-" + "书" * 50 + "-2"]),
    ],
)
def test_titles_end_in_what_tells_models_apart(names: list[str], endings: list[str]) -> None:
    assert route_choice.endings(names) == endings


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": "ONE,ONE"}, "model: .*one and .*one are one model, named twice"),
        ({"model": ["ONE", "ONE/../one"]}, "are one model, named twice"),
        ({"revision": "main"}, "revision: of one model, found 2"),
        ({"model": ["ONE", "nowhere/at/all"]}, "nowhere/at/all"),
        ({"model": []}, r"model: expected the name of a model, or several .* none empty \(found \[\]\)"),
        ({"model": "ONE,"}, "and none empty"),
        ({"model": " "}, "and none empty"),
        ({"model": ["ONE", ""]}, "and none empty"),
        ({"model": [1, 2]}, "model: expected the name of a model, or a list of names"),
        ({"model": ["ONE", "a\0"]}, "without the character NUL"),
    ],
)
def test_what_means_nothing_is_refused(
    models: tuple[str, str], tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    def named(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("ONE", models[0])
        return [named(each) for each in value] if isinstance(value, list) else value

    asked = {"model": list(models)} | {name: named(value) for name, value in settings.items()}
    with pytest.raises(transferkit.TransferkitError, match=words):
        prepared(tmp_path, **asked)


def test_a_prompt_that_only_one_knows_by_name_is_refused(models: tuple[str, str], tmp_path: Path) -> None:
    named = with_prompts(save_model(tmp_path / "named", "bert", 2), {"query": "the old "})
    with pytest.raises(ConfigError, match=r"prompt: query is the name of a prompt of .*named, which .*one has not"):
        prepared(tmp_path, [str(named), models[0]], prompt="query")
    there = prepared(tmp_path, [str(named), models[0]], prompt="my ")
    assert [backbone.prompt for backbone in there.backbones.values()] == ["my ", "my "]


def test_a_folder_with_a_comma_in_its_name_is_one(models: tuple[str, str], tmp_path: Path) -> None:
    folder = save_model(tmp_path / "one,two", "bert", 2)
    assert list(prepared(tmp_path, str(folder)).backbones) == [str(folder)]
    assert len(prepared(tmp_path, f"{models[0]}, {models[1]}").backbones) == 2
    assert len(prepared(tmp_path, [f"{models[0]},{models[1]}", str(folder)]).backbones) == 3


def test_on_the_command_line(models: tuple[str, str], tmp_path: Path, call: Call) -> None:
    """What each would take is said before; named together or one by one, they are the same."""
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label\n" + "".join(f"{t},{y}\n" for t, y in zip(ROWS["text"], ROWS["label"], strict=True)))
    for words in (("--model", ",".join(models)), ("--model", models[0], "--model", models[1])):
        more = ("--routes", "full", "--folds", "0", "--offline", "--dry-run", "--output-dir", tmp_path / "run")
        ended = call("fit", rows, *words, *more, "--cache-dir", tmp_path / "cache")
        assert ended.code == 0, ended.err
        printed = " ".join(ended.out.split())
        assert all(words in printed for words in ("full-one", "full-zwei-二", *models))


def test_options_are_for_the_route_of_every_model(models: tuple[str, str], tmp_path: Path, call: Call) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label\n" + "".join(f"{t},{y}\n" for t, y in zip(ROWS["text"], ROWS["label"], strict=True)))
    more = ("--model", ",".join(models), "--routes", "full", "--output-dir", tmp_path / "run")
    ended = call("fit", rows, *more, "--set", "full-zwei.epochs=1")
    assert ended.code == ConfigError.exit_code and "full.epochs is for full of every model" in ended.error


@pytest.mark.parametrize("name", ["validation", "test", "unlabelled"])
def test_an_empty_name_is_no_file(name: str) -> None:
    data = {"path": "rows.csv"} | ({name: " "} if name != "unlabelled" else {})
    with pytest.raises(ConfigError, match=f"{name}: expected a name or a path, found none"):
        config.parse({"data": data} | ({name: ""} if name == "unlabelled" else {}))
