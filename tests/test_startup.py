"""What is wrong with a request is said before anything heavy is imported. Imports are counted, never seconds."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from transferkit import load

HEAVY = ("torch", "transformers", "accelerate", "datasets", "peft", "pandas", "sklearn", "scipy.stats", "nltk")
# Everything in one process, in this order: the first case to import something heavy is the one that is to blame.
PROGRAM = """
import contextlib, io, json, sys
from transferkit.cli import app, failures

heavy, commands = json.loads(sys.argv[1]), json.loads(sys.argv[2])
for words in commands:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = failures.code_of(lambda: app(words, standalone_mode=False))
    loaded = [name for name in heavy if name in sys.modules]
    print(json.dumps([code, said.getvalue(), loaded]))
"""
FILES = {
    "good.csv": "text,label\n" + "".join(f"a fine film number {i},good\nsome bad play {i},bad\n" for i in range(20)),
    "headless.csv": "first,second,third\n" + "a fine film,good,new\na bad play,bad,old\n" * 20,
    "empty.csv": "",
    "one.csv": "text,label\n" + "".join(f"a fine film number {i},good\n" for i in range(20)),
    "blank.csv": "text,label\n" + ",good\n,bad\n" * 20,
    "unlabelled.csv": "text,label\n" + "a fine film,\na bad play,\n" * 20,
    "broken.jsonl": '{"text": "a", "label": \n',
    "odd.xls": "x",
    "latin.csv": "text,label\n" + "un été à Paris,good\nun café serré,bad\n" * 20,
    "run.yaml": "data: good.csv\nroute: full\n",
    "badly.yaml": "data: [\n",
}
RUN = Path(__file__).parent / "artifact" / "before" / "runs" / "text-classification"
ANSWER, EVALUATE = f"predict {RUN} --route full", f"evaluate {RUN} --route full"
"""By a model that torch would be needed for."""
# The words of the command, its exit code and something that it says.
CASES: tuple[tuple[str, int, str], ...] = (
    ("fit nofile.csv", 3, "nofile.csv: expected a data file"),
    ("fit headless.csv", 3, "headless.csv"),
    ("fit good.csv --text review", 3, "review"),
    ("fit empty.csv", 3, "empty.csv"),
    ("fit one.csv", 3, "good"),
    ("fit blank.csv", 3, "text"),
    ("fit unlabelled.csv", 3, "label"),
    ("fit broken.jsonl", 3, "broken.jsonl"),
    ("fit odd.xls", 3, "odd.xls"),
    ("fit good.csv --test nofile.csv", 3, "nofile.csv"),
    ("fit good.csv --validation nofile.csv", 3, "nofile.csv"),
    ("fit good.csv --unlabelled nofile.csv", 3, "nofile.csv"),
    ("fit good.csv --task poetry", 2, "unknown task 'poetry'"),
    ("fit good.csv --task text-regression", 3, "label"),
    ("fit good.csv --routes ful", 2, "did you mean 'full'"),
    ("fit good.csv --routes full,full", 2, "named twice: full"),
    ("fit good.csv --routes full --set full.epocs=3", 2, "epocs"),
    ("fit good.csv --routes static --set static.width=wide", 2, "width"),
    ("fit good.csv --set full.epocs=3", 2, "epocs"),
    ("fit good.csv --long-texts fold", 2, "long_texts"),
    ("fit good.csv --seed x", 2, "seed"),
    ("fit good.csv --instruction Say", 2, "instruction"),
    ("fit good.csv --output-dir good.csv", 2, "expected a folder"),
    ("fit good.csv --sed 3", 2, "--sed"),
    ("fit --config run.yaml", 2, "route: unknown"),
    ("fit --config badly.yaml", 2, "badly.yaml"),
    ("fit nofile.csv --dry-run", 3, "nofile.csv"),
    ("fit --resume --output-dir nothing", 2, "nothing to resume"),
    ("predict norun good.csv", 5, "norun"),
    ("evaluate norun good.csv", 5, "norun"),
    (f"{ANSWER} nofile.csv", 3, "nofile.csv: expected a data file, found nothing there"),
    (f"{ANSWER} a-fine-film", 3, "no such file"),
    (f"{ANSWER} empty.csv", 3, "empty.csv"),
    (f"{ANSWER} headless.csv", 3, "headless.csv: expected the column 'text', which the model was trained on"),
    (f"{ANSWER} latin.csv", 3, "latin.csv: expected UTF-8 text"),
    (f"{ANSWER} good.csv --text review", 2, "leave good.csv out to answer the text itself"),
    (f"{ANSWER} good.csv --text lable", 3, "did you mean 'label'"),
    (f"{ANSWER} good.csv --text-pair label", 2, "this model reads single texts"),
    (f"{ANSWER} 这部电影很好看", 2, "to answer a text itself, put --text before it"),
    (f"predict {RUN.with_name('summarization')} good.csv --probabilities", 2, "summarization has no probabilities"),
    (f"{EVALUATE} nofile.csv", 3, "nofile.csv: expected a data file, found nothing there"),
    (f"{EVALUATE} headless.csv", 3, "headless.csv: expected the column 'text', which the model was trained on"),
    ("compare norun norun", 5, "norun"),
    ("models", 0, ""),
    ("datasets", 0, ""),
    ("--help", 0, ""),
)


def loaded_by(program: str, folder: Path, *words: str) -> list[Any]:
    """What `program` prints, a JSON value a line."""
    ended = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("startup")
    for name, text in FILES.items():
        (found / name).write_text(text, encoding="latin-1" if name.startswith("latin") else "utf-8")
    return found


@pytest.fixture(scope="module")
def ended(folder: Path) -> dict[str, tuple[int, str, list[str]]]:
    """Exit code, words on stderr and heavy modules in memory after every command."""
    commands = [words for words, _, _ in CASES]
    split = [[*words.split(), *(["--offline"] if words.startswith("fit") else [])] for words in commands]
    found = loaded_by(PROGRAM, folder, json.dumps(HEAVY), json.dumps(split))
    return dict(zip(commands, map(tuple, found), strict=True))


@pytest.mark.parametrize(("words", "code", "said"), CASES, ids=[words for words, _, _ in CASES])
def test_a_mistake_is_explained_before_anything_heavy_is_loaded(
    ended: dict[str, tuple[int, str, list[str]]], words: str, code: int, said: str
) -> None:
    left, printed, heavy = ended[words]
    assert left == code and said in printed, printed
    assert heavy == []


IN_PYTHON = """
import json, sys
import transferkit
heavy = json.loads(sys.argv[1])
def loaded():
    print(json.dumps([name for name in heavy if name in sys.modules]))
loaded()
calls = [
    (transferkit.fit, "nofile.csv", {}),
    (transferkit.fit, {"text": ["a", "b"], "kind": ["x", "y"], "sort": ["y", "z"]}, {}),
    (transferkit.fit, "good.csv", {"routes": "ful"}),
    (transferkit.fit, "good.csv", {"routes": [{"full": {"epocs": 3}}]}),
    (transferkit.fit, "good.csv", {"task": "poetry"}),
    (transferkit.load, "norun", {}),
    (transferkit.read, "nofile.csv", {}),
]
for call, argument, more in calls:
    try:
        call(argument, **more)
    except transferkit.TransferkitError:
        loaded()
"""


def test_python_callers_do_not_wait_either(folder: Path) -> None:
    assert loaded_by(IN_PYTHON, folder, json.dumps(HEAVY)) == [[]] * 8


def test_the_package_itself_is_light(folder: Path) -> None:
    program = "import json, sys, transferkit; print(json.dumps([m for m in sys.argv[1:] if m in sys.modules]))"
    assert loaded_by(program, folder, "numpy", "pydantic", "rich", *HEAVY) == [[]]


def test_the_flow_leaves_to_its_routes_what_only_they_need(folder: Path) -> None:
    program = "import json, sys, transferkit.flow; print(json.dumps([m for m in sys.argv[1:] if m in sys.modules]))"
    rarely = ("transformers.modeling_utils", "transformers.trainer", "sacrebleu", *HEAVY[3:])
    # Earlier versions of transformers import scikit-learn for one of their ways to write.
    theirs = program.replace("transferkit.flow", "transformers.generation.candidate_generator")
    (unavoidable,) = loaded_by(theirs, folder, "torch", "sklearn", "scipy.stats")
    (found,) = loaded_by(program, folder, "torch", *rarely)
    assert "torch" in found and set(found) <= set(unavoidable)


ANSWERING = """
import contextlib, io, json, sys
from transferkit.cli import app, failures

names, words = json.loads(sys.argv[1]), json.loads(sys.argv[2])
printed = io.StringIO()
with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(printed):
    code = failures.code_of(lambda: app(words, standalone_mode=False))
print(json.dumps([code, printed.getvalue(), [name for name in names if name in sys.modules]]))
"""
NEVER = ("sklearn", "pandas", "datasets", "peft", "accelerate", "nltk", "scipy.special", "scipy.optimize", "sympy")
OF_TRAINING = ("torch._dynamo.convert_frame", "torch.distributed.tensor", "torch.distributed.checkpoint", "scipy")
# Route -> what an answer of it needs, and what it does without.
NEEDS = {
    "baseline": ((), ("torch", "transformers", *NEVER)),
    "static": (("torch",), ("transformers", *NEVER, *OF_TRAINING)),
    "feature_transfer": (("torch", "transformers"), (*NEVER, *OF_TRAINING)),
    "full": (("torch", "transformers"), (*NEVER, *OF_TRAINING)),
}


@pytest.mark.parametrize("route", NEEDS)
def test_a_text_is_answered_without_what_only_training_needs(folder: Path, route: str) -> None:
    run = Path(__file__).parent / "artifact" / "before" / "runs" / "text-classification"
    needed, left_out = NEEDS[route]
    words = ["predict", str(run), "--text", "the old cat", "--route", route, "--keep", "none"]
    ((code, printed, found),) = loaded_by(ANSWERING, folder, json.dumps([*needed, *left_out]), json.dumps(words))
    assert code == 0 and found == list(needed)
    answer = json.loads(printed)
    expected = load(run, route).records("the old cat")
    assert answer["label"] == expected["label"] and answer["probability"] == pytest.approx(expected["probability"])


def test_what_answers_can_still_compile_and_spread(folder: Path) -> None:
    """What is put off is there when it is asked for."""
    program = """
import json, sys
from pathlib import Path
from transferkit.sources import answering
answering.begin(Path(sys.argv[1]))
import torch, scipy.special, accelerate
found = torch.distributed.is_available(), hasattr(torch._dynamo, "optimize"), torch._dynamo.disable.__module__
print(json.dumps(found))
"""
    model = Path(__file__).parent / "artifact" / "before" / "runs" / "text-classification" / "models" / "full"
    assert loaded_by(program, folder, str(model)) == [[True, True, "torch._dynamo.decorators"]]
