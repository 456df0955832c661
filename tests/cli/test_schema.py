"""YAML, flags and Python arguments are one schema."""

import inspect
from pathlib import Path

import pytest
import typer

from transferkit import run
from transferkit.cli.app import app
from transferkit.cli.commands import fit
from transferkit.cli.description import POSITIONAL, described
from transferkit.config import DESCRIBED, DataConfig, GenerationConfig, RouteConfig, RunConfig, parse, write_yaml
from transferkit.errors import ConfigError

FIELDS = (set(RunConfig.model_fields) - {"data"}) | set(DataConfig.model_fields)


def flags() -> dict[str, str]:
    """Field -> help, of everything the command takes."""
    commands = typer.main.get_command(app).commands
    return {option.name: option.help for option in commands["fit"].params}


def test_every_field_has_a_flag_and_every_flag_a_field() -> None:
    ours = set(flags()) - set(fit.NOT_IN_SCHEMA)
    assert ours - {"data"} == FIELDS - {POSITIONAL}


def test_help_says_what_the_schema_says() -> None:
    fields = {**DataConfig.model_fields, **RunConfig.model_fields}
    said = flags()
    assert [name for name in FIELDS - {POSITIONAL} if not said[name].startswith(fields[name].description)] == []


def test_every_field_is_a_python_argument_with_the_same_default() -> None:
    arguments = inspect.signature(run.fit).parameters
    assert set(arguments) == FIELDS - {POSITIONAL} | {"data", "resume", "progress"}
    fields = {**DataConfig.model_fields, **RunConfig.model_fields}
    others = {POSITIONAL, "routes", "generation"}
    assert [name for name in FIELDS - others if arguments[name].default != fields[name].default] == []
    assert arguments["generation"].default is None and fields["generation"].default == GenerationConfig()
    assert RunConfig(data={"path": "x"}, routes=arguments["routes"].default).routes == fields["routes"].default


def yaml_file(folder: Path, text: str) -> Path:
    path = folder / "run.yaml"
    path.write_text(text)
    return path


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    file = yaml_file(tmp_path, "data: {path: a.csv, test_size: 0.3}\nseed: 3\nmodel: m\n")
    found = described({"seed": 4, "model": None, "label": "topic", "path": None}, file)
    assert (found.seed, found.model, found.data.path, found.data.label) == (4, "m", "a.csv", "topic")
    assert found.data.test_size == 0.3


def test_a_flag_can_switch_off_what_the_file_switched_on(tmp_path: Path) -> None:
    file = yaml_file(tmp_path, "data: a.csv\noffline: true\n")
    assert described({"offline": None}, file).offline
    assert not described({"offline": False}, file).offline


def test_settings_reach_their_route() -> None:
    given = {"path": "a.csv", "routes": "top-layers,full"}
    settings = ["full.epochs=3", "full.learning-rate=2e-5", "top_layers.class_weights=balanced", "full.on=true"]
    routes = described(given, settings=settings).routes
    assert routes[0] == RouteConfig(name="top_layers", options={"class_weights": "balanced"})
    assert routes[1].options == {"epochs": 3, "learning_rate": 2e-5, "on": True}


def test_settings_without_routes_hold_for_what_auto_chooses(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("data: x.csv\nroutes: lora\n")
    assert described({"path": "x.csv"}, settings=["full.epochs=1"]).routes == (
        RouteConfig(name="auto", options={"full": {"epochs": 1}}),
    )
    assert described({}, tmp_path / "run.yaml").routes == (RouteConfig(name="lora"),)


def test_routes_chosen_by_flag_keep_their_options_from_the_file(tmp_path: Path) -> None:
    file = yaml_file(tmp_path, "data: a\nroutes: [lora, {full: {epochs: 2}}, {name: full, label: long}]\n")
    routes = described({"routes": "full,baseline"}, file, ["full.patience=1"]).routes
    assert routes == (
        RouteConfig(name="full", options={"epochs": 2, "patience": 1}),
        RouteConfig(name="baseline"),
    )


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("epochs=3", "expected ROUTE.OPTION=VALUE"),
        ("full.epochs", "expected ROUTE.OPTION=VALUE"),
        ("lora.rank=3", "no route 'lora' is asked for (full)"),
        ("full.epochs=[", "expected a value"),
    ],
)
def test_a_setting_that_makes_no_sense(setting: str, words: str) -> None:
    with pytest.raises(ConfigError, match="--set") as caught:
        described({"path": "a.csv", "routes": "full"}, settings=[setting])
    assert words in str(caught.value)


def test_settings_of_writing(tmp_path: Path) -> None:
    file = yaml_file(tmp_path, "data: a\ngeneration: {num_beams: 2, do_sample: true, top_p: 0.5}\n")
    found = described({"generation": ["num-beams=4", "stop=###", "length_penalty=-1"]}, file).generation
    assert (found.num_beams, found.top_p, found.stop, found.length_penalty) == (4, 0.5, ("###",), -1)
    with pytest.raises(ConfigError, match="expected NAME=VALUE, such as num_beams=4"):
        described({"path": "a", "generation": ["beams"]})
    with pytest.raises(ConfigError, match=r"generation.beams.*expected one of max_new_tokens, num_beams"):
        described({"path": "a", "generation": ["beams=3"]})
    for idle, words in (("temperature=0.5", "set do_sample=true too"), ("length_penalty=2", "set num_beams to 2")):
        with pytest.raises(ConfigError, match=words):
            described({"path": "a", "generation": [idle]})


def test_resume_reads_the_description_in_the_run_folder(tmp_path: Path) -> None:
    before = described({"path": "a.csv", "routes": "full", "seed": 7, "output_dir": tmp_path / "old"})
    write_yaml(before, tmp_path / "config.yaml")
    again = described({"output_dir": tmp_path}, resume=True)
    assert again == before.model_copy(update={"output_dir": tmp_path})


def test_resume_needs_a_folder_with_a_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--output-dir"):
        described({"path": "a.csv"}, resume=True)
    with pytest.raises(ConfigError, match="nothing to resume"):
        described({"output_dir": tmp_path}, resume=True)
    begun = tmp_path / "reviews"
    begun.mkdir()
    write_yaml(parse({"data": {"path": "a.csv"}, "output_dir": str(begun)}), begun / DESCRIBED)
    (begun / "run.json").touch()
    with pytest.raises(ConfigError, match=rf"did you mean {begun}\? Else name the DATA"):
        described({"output_dir": tmp_path / "review"}, resume=True)
    assert described({"path": "a.csv", "output_dir": tmp_path}, resume=True).data.path == "a.csv"


def test_the_run_folder_is_settled_beforehand() -> None:
    folder = described({"path": "data/reviews.csv"}).output_dir
    assert folder is not None and folder.parent == Path("runs") and folder.name.startswith("reviews-")


def test_columns_of_one_text_and_columns_that_are_not_named() -> None:
    assert described({"path": "a.csv", "text": (), "label": []}).data.text is None
    assert described({"path": "a.csv", "text": ["title,body"]}).data.text == "title,body"
    assert described({"path": "a.csv", "text": ("title", "body")}).data.text == "title,body"


@pytest.mark.parametrize("comma", [",", ", ", "，", "、", "， "])
def test_names_have_any_comma_between_them(comma: str) -> None:
    names = {name: comma.join(parts) for name, parts in (("routes", ("full", "static")), ("label_names", ("好", "坏")))}
    found = described({"path": "a.csv", "model": [f"all-MiniLM-L6-v2{comma}all-mpnet-base-v2"], **names})
    assert [route.name for route in found.routes] == ["full", "static"] and found.data.label_names == ("好", "坏")
    assert found.models == ("all-MiniLM-L6-v2", "all-mpnet-base-v2")


def test_a_mark_between_parts_of_a_name_stays_where_there_are_commas() -> None:
    found = described({"path": "a.csv", "label_names": "教育、科技，体育"})
    assert found.data.label_names == ("教育、科技", "体育")
