"""A generator of edits: what becomes of the files of a folder in the hands of other programs, disks and people.

`edits(folder, seed)` goes on for ever and gives the same for the same folder and seed.
"""

import json
import random
import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

VALUES: tuple[Any, ...] = (
    None, True, 0, 1, -1, 3, 2**31, 2**63, 10**40, 0.5, float("nan"), float("inf"), "", "x", "1", "../..", "/etc",
    "a\x00b", "\U0001f642", [], [1], ["x"], [[]], {}, {"x": 1}, {"": None}, [None], "LABEL", "text-classification",
)  # fmt: skip
WORDS = ("label", "task", "path", "version", "auto_map", "adapter", "weights", "extra_of_a_later_version")
TOO_DEEP = b"[" * 5000


@dataclass(frozen=True)
class Edit:
    """One change to a folder, in words, and what makes it in a copy of that folder.

    `harmless` says that no answer may change by it, `fatal` that there may be none.
    """

    words: str
    apply: Callable[[Path], None]
    harmless: bool = False
    fatal: bool = False


def edits(folder: Path, seed: int) -> Iterator[Edit]:
    """Edits of the files in `folder`, in an order that depends on `seed` alone."""
    draw = random.Random(seed)
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    while True:
        name = draw.choice(files)
        kinds = [_of_bytes, _of_place]
        if name.suffix == ".json":
            kinds += [_of_json] * 6
        if name.suffix == ".safetensors":
            kinds += [_of_tensors] * 3
        if name.suffix == ".csv":
            kinds += [_of_cells] * 2
        yield draw.choice(kinds)(folder, name, draw)


def _of_bytes(folder: Path, name: Path, draw: random.Random) -> Edit:
    """Half a file, an empty one, another encoding, noise."""
    content = (folder / name).read_bytes()
    at = draw.randrange(len(content) or 1)
    turned = (content[at] if content else 0) ^ 1 << draw.randrange(8)
    made: dict[str, bytes] = {
        "empty": b"",
        "half": content[: len(content) // 2],
        "cut": content[:at],
        "one byte changed": content[:at] + bytes([draw.randrange(256)]) + content[at + 1 :],
        "one bit turned": content[:at] + bytes([turned]) + content[at + 1 :],
        "noise": draw.randbytes(200),
        "zeros": bytes(len(content)),
        "twice": content * 2,
        "UTF-16": content[:100_000].decode("utf-8", "replace").encode("utf-16"),
        "latin": content[: len(content) // 2] + b"\xe9\xff" + content[len(content) // 2 :],
        "nested too deep": TOO_DEEP,
        "a list": b"[1, 2]",
        "a number": b"7",
        "a pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
    }  # fmt: skip
    what = draw.choice(sorted(made))
    return Edit(f"{name}: {what}", lambda copy: _write(copy / name, made[what]))


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _of_place(folder: Path, name: Path, draw: random.Random) -> Edit:
    """A file that is gone, a folder or a link in its place, a stranger beside it."""

    def gone(copy: Path) -> None:
        (copy / name).unlink()

    def a_folder(copy: Path) -> None:
        (copy / name).unlink()
        (copy / name).mkdir()

    def a_dead_link(copy: Path) -> None:
        (copy / name).unlink()
        (copy / name).symlink_to("nowhere")

    def a_loop(copy: Path) -> None:
        (copy / name).unlink()
        (copy / name).symlink_to(name.name)

    def a_stranger(copy: Path) -> None:
        (copy / name).with_name("strange.txt").write_text("I am new here")

    def another_case(copy: Path) -> None:
        (copy / name).rename((copy / name).with_name(name.name.upper()))

    def another_file(copy: Path) -> None:
        others = sorted(path for path in copy.rglob("*") if path.is_file() and path.suffix == name.suffix)
        shutil.copyfile(others[len(others) // 2], copy / name) if others[len(others) // 2] != copy / name else None

    made = draw.choice([gone, a_folder, a_dead_link, a_loop, a_stranger, another_case, another_file])
    return Edit(f"{name}: {made.__name__}", made, harmless=made is a_stranger)


def _of_json(folder: Path, name: Path, draw: random.Random) -> Edit:
    """A key that is missing, added or renamed, a value of another type or size, somewhere in the file."""
    value = json.loads((folder / name).read_text(encoding="utf-8"))
    places = _places(value)
    place = draw.choice(places)
    what = draw.choice(["value", "value", "value", "missing", "key", "extra", "shorter", "repeated", "negative"])
    new, key = draw.choice(VALUES), draw.choice(WORDS)

    def apply(copy: Path) -> None:
        found = json.loads((copy / name).read_text(encoding="utf-8"))
        above, last = _at(found, place[:-1]), place[-1] if place else None
        here = _at(found, place)
        if last is None:
            found = {**found, key: new} if isinstance(found, dict) else new
        elif what == "missing":
            del above[last]
        elif what == "key" and isinstance(above, dict):
            above[key] = above.pop(last)
        elif what == "extra" and isinstance(here, dict):
            here[key] = new
        elif what == "shorter" and isinstance(here, list | str):
            above[last] = here[: len(here) // 2]
        elif what == "repeated" and isinstance(here, list | str):
            above[last] = here * 2
        elif what == "negative" and isinstance(here, int | float) and not isinstance(here, bool):
            above[last] = -here
        else:
            above[last] = new
        (copy / name).write_text(json.dumps(found), encoding="utf-8")

    where = ".".join(map(str, place))
    harmless = what == "extra" and key == WORDS[-1] and isinstance(_at(value, place), dict) and name.name in _OURS
    return Edit(f"{name}: {where}: {what} {new!r:.30} {key}", apply, harmless and bool(place))


_OURS = ("transferkit.json", "run.json", "training.json")


def _places(value: Any, most: int = 400) -> list[tuple[str | int, ...]]:
    """The ways to all values in `value`, those of long lists left out."""
    found: list[tuple[str | int, ...]] = [()]
    for place in found:
        here = _at(value, place)
        keys: list[str | int] = list(here)[:40] if isinstance(here, dict) else []
        keys += list(range(min(len(here), 3))) if isinstance(here, list) else []
        found += [(*place, key) for key in keys]
        if len(found) > most:
            break
    return found


def _at(value: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def _of_tensors(folder: Path, name: Path, draw: random.Random) -> Edit:
    """A tensor that is missing, new, of another size or type, or has numbers that are none; a header that lies."""
    names = sorted(load_file(folder / name))
    which = draw.choice(names)
    kinds = ["gone", "NaN", "infinite", "one longer", "half", "flat", "float16", "int", "renamed", "new", "header"]
    what = draw.choice(kinds)

    def apply(copy: Path) -> None:
        if what == "header":
            content = (copy / name).read_bytes()
            (copy / name).write_bytes(struct.pack("<Q", 2**62) + content[8:])
            return
        tensors = load_file(copy / name)
        _change(tensors, which, what)
        save_file({key: np.ascontiguousarray(each) for key, each in tensors.items()}, copy / name, {"format": "pt"})

    return Edit(f"{name}: {which}: {what}", apply, fatal=what not in ("float16", "new") and "pooler" not in which)


def _change(tensors: dict[str, Any], which: str, what: str) -> None:
    tensor = tensors[which]
    if what == "gone":
        del tensors[which]
    elif what in ("NaN", "infinite"):
        changed = tensor.astype(np.float32)
        changed.reshape(-1)[-1:] = np.nan if what == "NaN" else np.inf
        tensors[which] = changed
    elif what == "one longer":
        tensors[which] = np.concatenate([tensor, tensor[-1:]])
    elif what == "half":
        tensors[which] = tensor[: max(1, len(tensor) // 2)]
    elif what == "flat":
        tensors[which] = tensor.reshape(-1, 1)
    elif what in ("float16", "int"):
        tensors[which] = tensor.astype(np.float16 if what == "float16" else np.int64)
    elif what == "renamed":
        tensors[f"{which}.other"] = tensors.pop(which)
    else:
        tensors["a.new.one"] = np.zeros((2, 2), dtype=np.float32)


def _of_cells(folder: Path, name: Path, draw: random.Random) -> Edit:
    """Cells of a table that are missing, too many or of another column."""
    what = draw.choice(["short line", "long line", "no header", "quote left open", "empty cell", "line gone"])

    def apply(copy: Path) -> None:
        lines = (copy / name).read_text(encoding="utf-8").splitlines()
        at = len(lines) // 2
        if what == "short line":
            lines[at] = lines[at].partition(",")[0]
        elif what == "long line":
            lines[at] += ",x,y"
        elif what == "no header":
            lines = lines[1:]
        elif what == "quote left open":
            lines[at] = f'"{lines[at]}'
        elif what == "empty cell":
            lines[at] = ",".join("" for _ in lines[at].split(","))
        else:
            del lines[at]
        (copy / name).write_text("\n".join(lines), encoding="utf-8")

    return Edit(f"{name}: {what}", apply)
