"""The description of a run: a YAML file, command-line flags and Python arguments share this schema."""

import codecs
import re
import shlex
from collections.abc import Iterable
from datetime import datetime
from numbers import Integral
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from transferkit import plain_yaml
from transferkit.errors import ConfigError, one_of, shown
from transferkit.places import CacheFolder, Folder, Models, Place, listed, refuse_unwritable
from transferkit.violations import explain

AUTO: Final = "auto"
FP32: Final = "fp32"
FP16: Final = "fp16"
Precision = Literal["fp32", "bf16", "fp16"]
"""Of what is multiplied in a pretrained model."""
Language = Literal["en", "zh"]
"""The files of `locales/`."""
FEW_ROWS, AUTO_FOLDS = 500, 5
"""Below so many labelled rows `folds=auto` cross-validates, in so many parts; in so many where no rows validate."""
DESCRIBED = "config.yaml"
"""What the description is called in a run's folder."""
_LONGEST_STEM = 80
_NO_FILES = ("idna", "punycode", "undefined", "mbcs", "oem")  # of names, or of whatever the system is set to
_LABEL = re.compile(r"[^\W_][\w. -]*")


MOST_ROUTES = 100
MOST_NAMES = 100_000
MOST_TOKENS = 1_000_000
MOST_ROWS = 1_000_000_000
LAST_SEED = 4_000_000_000
"""numpy takes seeds below 2^32, and `seeds` counts on from the first."""


def _no_truth(value: Any) -> Any:
    """`value`, unless it is a truth value (Python counts with it) or bytes (pydantic reads them)."""
    if type(value).__name__ in ("bool", "bool_", "bytes"):
        raise ValueError("input should be a number")
    return int(value) if isinstance(value, Integral) else value


NO_TRUTH = BeforeValidator(_no_truth)
Integer = Annotated[int, NO_TRUTH]
Number = Annotated[float, NO_TRUTH]
"""Fields of these types need a lower and an upper bound, so that no value can end a run or never let it end."""

Share = Annotated[float, Field(ge=0, lt=1), NO_TRUTH]
Seed = Annotated[int, Field(ge=0, le=LAST_SEED), NO_TRUTH]
Threads = Annotated[int, Field(ge=1, le=1_024), NO_TRUTH]
Length = Annotated[int, Field(ge=1, le=MOST_TOKENS), NO_TRUTH]


def usable_encoding(name: str) -> str:
    """`name`, which is auto or what Python knows an encoding of text by. Raises `ValueError` for any other."""
    if name == AUTO:
        return name
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError):
        known = None
    if known is None or not known._is_text_encoding or known.name in _NO_FILES:
        raise ValueError("expected auto or an encoding such as utf-8, gb18030 or cp1252")
    return name


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_one(value: Any) -> Any:
    """A list of columns as it is written on a command line."""
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        return value
    return ",".join(f'"{name}"' if "," in name and len(value) > 1 else name for name in value)


def _as_names(value: Any) -> Any:
    return listed(value) if isinstance(value, str) else value


Columns = Annotated[str, BeforeValidator(_as_one)]
"""The name of a column, or of several with commas between them."""
Names = Annotated[tuple[str, ...], BeforeValidator(_as_names), Field(max_length=MOST_NAMES)]


class Strict(BaseModel):
    """A frozen model that refuses unknown keys, and text that no file or path can hold."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _can_be_written(cls, value: Any) -> Any:
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str | Path):
                refuse_unwritable(str(text))
        return value


class RouteConfig(Strict):
    """One asked-for route: its name and the options it is given.

    `name` is a file in `routes/`, `adapters/` or `students/` (`full`, `lora`, `static` ...).
    `label` tells two uses of one route apart, and names its folder; it defaults to the name.
    """

    name: str
    label: str = ""
    options: dict[str, Any] = Field(default_factory=dict)

    @field_validator("label")
    @classmethod
    def _names_a_folder(cls, label: str) -> str:
        if label and not _LABEL.fullmatch(label):
            raise ValueError("expected letters, digits, blanks and . - _, a letter or digit first")
        return label

    @property
    def title(self) -> str:
        return self.label or self.name


def _as_route(value: Any) -> Any:
    if isinstance(value, str):
        return {"name": value.strip().replace("-", "_")}
    if isinstance(value, dict) and "name" not in value and len(value) == 1:
        ((name, options),) = value.items()
        if not isinstance(options, dict | None):
            raise ValueError(f"expected the options of {name} as a mapping, such as {{epochs: 3}}")
        options = dict(options or {})
        return {"name": str(name).replace("-", "_"), "label": options.pop("label", ""), "options": options}
    if not isinstance(value, dict | RouteConfig):
        raise ValueError("expected the name of a route, alone or with options, such as {full: {epochs: 3}}")
    return value


def _as_routes(value: Any) -> Any:
    if isinstance(value, str):
        value = [name for name in listed(value) if name]
    if isinstance(value, list | tuple) and not value:
        raise ValueError("expected at least one route; leave routes out to have them chosen")
    return [value] if isinstance(value, dict) else value


Route = Annotated[RouteConfig, BeforeValidator(_as_route)]
Routes = Annotated[tuple[Route, ...], BeforeValidator(_as_routes)]


class DataConfig(Strict):
    """Where the rows are and what their columns mean."""

    path: Place = Field(min_length=1, description="file, catalogue name (trec) or hub data set")
    validation: Place | None = Field(None, description="file with the validation rows")
    test: Place | None = Field(None, description="file with the test rows")
    encoding: Annotated[str, AfterValidator(usable_encoding)] | None = Field(
        None, description="encoding of the files, such as gb18030, or auto; default: UTF-8"
    )
    text: Columns | None = Field(
        None, description="name of the text column; several, title,body, are joined as lines of name: value"
    )
    text_pair: Columns | None = Field(None, description="name of the second text column")
    label: Columns | None = Field(
        None, description="name of the label column, or of several of 0 and 1, one for every label: new,urgent"
    )
    label_separator: str | None = Field(
        None, min_length=1, description="what separates several labels of a row, such as ; or none"
    )
    label_names: Names = Field((), description="names of labels that a row has as a vector or as numbers from 0 on")
    group: str | None = Field(
        None, description="name of a column (customer, patient ...) whose equal values stay in one split and fold"
    )
    time: str | None = Field(
        None, description="name of a column of times: train on the past, validate on what follows, test on the latest"
    )
    weight: str | None = Field(
        None, description="name of a column of weights: how much each row counts in training, 0 for not at all"
    )
    test_size: Number | None = Field(
        None,
        gt=0,
        le=MOST_ROWS,
        description="held-out share, or a number of rows if 1 or more; default: 0.1, none in a cross-validation",
    )
    validation_size: Number = Field(
        0.1, ge=0, le=MOST_ROWS, description="share of the training rows, or a number of rows"
    )
    folds: Annotated[int, Field(ge=0, le=100), NO_TRUTH] | Literal["auto"] = Field(
        AUTO,
        description=f"parts for cross-validating every route, 0 for none; auto: {AUTO_FOLDS} below {FEW_ROWS} "
        "labelled rows, but for texts that are written",
    )
    keep_leaks: bool = Field(False, description="keep training rows that also appear in test")

    @field_validator("test_size", "validation_size")
    @classmethod
    def _whole_rows(cls, size: float | None) -> float | None:
        if size is not None and size > 1 and not size.is_integer():
            raise ValueError("expected a share below 1 or a whole number of rows")
        return size


class GenerationConfig(Strict):
    """How a model writes: the settings of the same names in Transformers' `GenerationConfig`."""

    max_new_tokens: Integer | None = Field(
        None, ge=1, le=32_768, description="longest answer; default: what the training rows need"
    )
    num_beams: Integer = Field(1, ge=1, le=64, description="beams of the search; 1 is greedy")
    do_sample: bool = Field(False, description="draw tokens instead of taking the likeliest")
    temperature: Number = Field(
        1.0, ge=0.01, le=100, description="of the draw: below 1 the likely ones become likelier"
    )
    top_p: Number = Field(1.0, ge=0.001, le=1, description="draw from the likeliest tokens with this share together")
    no_repeat_ngram_size: Integer = Field(
        0, ge=0, le=1_000, description="word pieces in a row that may not come again; 0: any may"
    )
    repetition_penalty: Number = Field(
        1.0, ge=0.1, le=10, description="above 1 makes tokens that stood before less likely"
    )
    length_penalty: Number = Field(
        1.0, ge=-10, le=10, description="of beams: above 0 favours longer answers, below 0 shorter ones"
    )
    stop: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = Field(
        (), max_length=100, description="texts that end an answer, besides the model's own end"
    )


class RunConfig(Strict):
    """Everything `fit` needs. Resolved, it is stored as `DESCRIBED` in the run folder."""

    data: DataConfig
    model: Models | None = Field(
        None,
        description="catalogue or hub name, folder, GGUF file or wheel:// address; of several, A,B, every route is "
        "trained from each; default: all-MiniLM-L6-v2, multilingual-e5-small for texts that it does not know, or "
        "SmolLM2-135M-Instruct where texts are to be written",
    )
    revision: str | None = Field(None, description="revision of a hub model")
    task: str | None = Field(
        None,
        description="what is to be learned; default: that of the catalogue's data, what the rows are beyond doubt, or "
        "text-classification",
    )
    routes: Routes = Field((RouteConfig(name=AUTO),), max_length=MOST_ROUTES, description="routes to try; auto chooses")
    unlabelled: Place | None = Field(None, description="file with extra text for distillation")
    prompt: str | None = Field(
        None,
        max_length=1_000,
        description="text before every text that is read, or the name of one of the model's "
        "own prompts; default: the model's default prompt",
    )
    instruction: str | None = Field(None, description="instruction for a decoder; default: that of the task")
    generation: GenerationConfig = Field(
        GenerationConfig(),
        description="how a model writes: " + ", ".join(GenerationConfig.model_fields),
    )
    answer_tokens: Annotated[int, Field(ge=1, le=10_000), NO_TRUTH] | None = Field(
        None,
        description="longest answer in a context, in tokens; default: what the training answers need, at least 30",
    )

    max_length: Length | None = Field(
        None,
        description="tokens per text; default: as many as the model takes, where answers are spans 384 at most",
    )
    long_texts: Literal["cut", "windows"] = Field(
        "cut", description="texts longer than that: cut, or windows read in overlapping parts and averaged"
    )
    precision: Precision | Literal["auto"] = Field(
        AUTO,
        description="of matrix products in pretrained models: fp32, bf16 or fp16 (GPUs only); auto takes bf16 where a "
        "trial shows that this machine multiplies it faster",
    )
    keep: Literal["all", "best"] = Field(
        "all",
        description="models that stay in the run folder: all, or the best, the cheapest as good, and the baseline",
    )
    half_weights: bool = Field(
        False, description="save weights in 16 bits where the answers to held-out rows stay the same"
    )
    threads: Threads | None = Field(
        None, description="threads that compute; default: as many as this process may use, or the environment says"
    )
    margin: Number = Field(
        1.0, ge=0, le=100, description="points of the main metric that the cheapest route may lose against the best"
    )
    seed: Seed = Field(0, description="seed of splits, heads and batches")
    seeds: Integer = Field(1, ge=1, le=1_000, description="trainings per route, to show the spread")
    offline: bool = Field(False, description="never touch the network")
    trust_remote_code: bool = Field(False, description="let the model's repository run its own Python code here")
    language: Language = Field("en", description="language of what is found: en, or zh for Chinese")
    output_dir: Folder | None = Field(None, description="run folder; default runs/DATA-DATE")
    cache_dir: CacheFolder | None = Field(None, description="cache folder; default ~/.cache/transferkit")

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the pretrained models that are asked for; none where the usual one is to be taken."""
        return (self.model,) if isinstance(self.model, str) else self.model or ()

    @field_validator("generation")
    @classmethod
    def _nothing_in_vain(cls, generation: GenerationConfig) -> GenerationConfig:
        if not generation.do_sample and (generation.temperature, generation.top_p) != (1.0, 1.0):
            raise ValueError("temperature and top_p are of a draw; set do_sample=true too, or leave them out")
        if generation.num_beams == 1 and generation.length_penalty != 1.0:
            raise ValueError("length_penalty is of beams; set num_beams to 2 or more too, or leave it out")
        return generation


def usual_folder(data: str) -> Path:
    """The run folder where none is asked for, named after the data and the time."""
    return Path("runs") / f"{Path(data).stem[:_LONGEST_STEM] or 'data'}-{datetime.now():%Y%m%d-%H%M%S}"


def resuming(folder: Path) -> str:
    """The command that goes on with the run in `folder`."""
    return f"transferkit fit --resume --output-dir {shlex.quote(str(folder))}"


def parse(values: dict[str, Any]) -> RunConfig:
    """Check `values` against the schema; every violation is named in one `ConfigError`."""
    try:
        return RunConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(explain(error, _fields) + _settings(error)) from None


def _fields(place: tuple[Any, ...]) -> Iterable[str]:
    """The settings that there are at a place of the description: in all of it, in `data` or in `generation`."""
    parts: dict[Any, type[Strict]] = {"data": DataConfig, "generation": GenerationConfig}
    return (parts.get(place[0], RunConfig) if place else RunConfig).model_fields


def _settings(error: ValidationError) -> str:
    """What settings there are, if one of them was misspelt."""
    wrong = [item["loc"] for item in error.errors() if item["type"] == "extra_forbidden"]
    return f"; expected {one_of(_fields(max(wrong, key=len)[:-1]))}" if wrong else ""


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a run description as a plain dictionary."""
    try:
        values = plain_yaml.read(_text_of(path))
    except (OSError, ValueError) as error:
        what = error.strerror.lower() if isinstance(error, OSError) and error.strerror else error
        raise ConfigError(f"cannot read the run description {path}: {what}; check the path and what is in it") from None
    if not isinstance(values, dict):
        found = "nothing" if values is None else type(values).__name__
        raise ConfigError(f"{path}: expected a mapping such as 'data: trec', found {found}")
    if isinstance(values.get("data"), str):
        values["data"] = {"path": values["data"]}
    for part in ("data", "generation"):
        if not isinstance(values.get(part), dict | None):
            raise ConfigError(f"{path}: {part}: expected a mapping, found {shown(values[part])}")
    return values


def _text_of(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise ValueError("expected a file, found something else")
    with path.open("rb") as file:
        return file.read(4 * plain_yaml.MOST_CHARACTERS + 1).decode("utf-8")


def write_yaml(config: RunConfig, path: Path) -> None:
    """Write the resolved description; `read_yaml` gives it back."""
    path.write_text(plain_yaml.written(config.model_dump(mode="json")), encoding="utf-8")
