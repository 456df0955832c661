"""What a training leaves on disk: removed by name, and nothing else with it."""

from pathlib import Path

from transferkit.training import checkpoints

FOREIGN = (
    "notes.txt",
    "checkpoint-3/notes.txt",
    "checkpoint-3/more/optimizer.pt",
    "checkpoint-best/optimizer.pt",
    "x/best.safetensors",
)
OF_STEPS = ("learned.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json")


def laid(folder: Path) -> set[str]:
    ours = {"start.safetensors", "best.safetensors", "start.part"}
    ours |= {f"checkpoint-{step}/{name}" for step in (3, 12) for name in OF_STEPS}
    for name in (*ours, *FOREIGN):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return ours


def found(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_older_checkpoints_go(tmp_path: Path) -> None:
    ours = laid(tmp_path)
    checkpoints.drop_others(tmp_path, 12)
    assert found(tmp_path) == {name for name in ours if not name.startswith("checkpoint-3/")} | {*FOREIGN}


def test_all_that_is_ours_goes(tmp_path: Path) -> None:
    laid(tmp_path)
    checkpoints.clear(tmp_path)
    assert found(tmp_path) == {*FOREIGN}
    for name in FOREIGN:
        (tmp_path / name).unlink()
    checkpoints.clear(tmp_path)
    assert not tmp_path.exists()


def test_links_are_not_followed(tmp_path: Path) -> None:
    ours = laid(tmp_path / "elsewhere")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "checkpoint-7").symlink_to(tmp_path / "elsewhere" / "checkpoint-12")
    (tmp_path / "linked").symlink_to(tmp_path / "elsewhere")
    for folder in ("here", "linked"):
        checkpoints.clear(tmp_path / folder)
    assert found(tmp_path / "elsewhere") == ours | {*FOREIGN}
