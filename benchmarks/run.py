"""Peers beside this project in one go: `make bench`, or `make bench TABLE=trec` for one table.

Seed after seed, every subject of every asked-for table runs once, one subprocess at a time (A B A B), and what
it answered is kept under `benchmarks/measured/ID/`. The same command with the same id (by default today's date)
goes on where it was stopped, also on another machine, whose times are then left out; `--fresh` measures again. Tables
are printed and kept in `benchmarks/RESULTS.md`.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from benchmarks.kept import Kept, as_measured_here, keep, read
from benchmarks.prepare import DATA, model_folder, prepare
from benchmarks.subjects import HERE, Case, Measured, Subject, SubjectError, measure, without_times
from benchmarks.summary import Results, section, store
from benchmarks.tables import SECONDS, TABLES, Table


class Task(NamedTuple):
    """One measurement: a subject on one data set under one seed."""

    data: str
    seed: int
    subject: Subject

    @property
    def file(self) -> str:
        words = "".join(letter if letter.isalnum() else "-" for letter in self.subject.name)
        return f"{self.data}.{words}.{self.seed}.json"


def tasks(tables: list[Table]) -> list[Task]:
    """All measurements that `tables` need, each once, seed by seed and data set by data set."""
    asked = [Task(table.data, seed, subject) for table in tables for subject in table.subjects for seed in table.seeds]
    order = {table.data: i for i, table in reversed(list(enumerate(tables)))}
    return sorted(dict.fromkeys(asked), key=lambda task: (order[task.data], task.seed))


def run(todo: list[Task], out: Path, kept: Path, fresh: bool) -> Iterator[tuple[Task, Kept]]:
    """Measure every task, or read what an earlier start of the same invocation measured."""
    for number, task in enumerate(todo, start=1):
        what = f"[{number}/{len(todo)}] {task.data}, seed {task.seed}, {task.subject.name}"
        found = None if fresh or not (kept / task.file).exists() else read(kept / task.file)
        if found is None:
            print(f"{what} ...", flush=True)
            folder = prepare(task.data, task.seed, out / "data" / task.data / str(task.seed))
            case = Case(folder, model_folder(DATA[task.data].model), task.seed, DATA[task.data].task)
            work = out / "work" / task.file.removesuffix(".json")
            if fresh and work.exists():
                shutil.rmtree(work)
            try:
                found = as_measured_here(measure(task.subject, case, work))
            except SubjectError as error:
                print(f"{what}: failed\n{error}", flush=True)
                continue
            keep(found, kept / task.file)
            shutil.rmtree(work)
        print(f"{what}: {brief(found.rows)}", flush=True)
        yield task, found


def brief(found: Measured) -> str:
    """The main metric and training time of every row, in a line."""
    mains = ("accuracy", "micro_f1", "pearson", "entity_f1", "token_f1", "rouge_l", "bleu", "tokens_per_second")
    judged = {name: next((row[main] for main in mains if main in row), None) for name, row in found.items()}
    shown = {name: value for name, value in judged.items() if value is not None}
    taken = {name: f" in {found[name][SECONDS]:.1f} s" if SECONDS in found[name] else "" for name in shown}
    return "; ".join(f"{name} {value:.3f}{taken[name]}" for name, value in shown.items())


def of_table(table: Table, measured: dict[Task, Kept]) -> dict[Task, Kept]:
    return {
        task: found
        for task, found in measured.items()
        if task.data == table.data and task.seed in table.seeds and task.subject in table.subjects
    }


def results(measured: dict[Task, Kept], reference: str) -> Results:
    """The figures by row, then by seed, without the times of a seed that were not taken where the reference's were."""
    found: Results = {}
    of_reference = {task.seed: kept.boot for task, kept in measured.items() if reference in kept.rows}
    for task, kept in measured.items():
        beside = kept.boot == of_reference.get(task.seed, kept.boot)
        for name, figures in kept.rows.items():
            found.setdefault(name, {})[task.seed] = figures if beside else without_times(figures)
    return found


def named(asked: str) -> list[str]:
    """The table of that name, else those whose names begin with it (`baseline`: one per data set)."""
    return [asked] if asked in TABLES else [name for name in TABLES if name.startswith(f"{asked}-")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)}; default: all")
    parser.add_argument("--id", default=date.today().isoformat(), help="what to resume under; default: today")
    parser.add_argument("--fresh", action="store_true", help="measure again what was measured under this id")
    given = parser.parse_args()
    if unknown := [name for name in given.tables if not named(name)]:
        parser.error(f"no table called {', '.join(unknown)}; there is {', '.join(TABLES)}")
    chosen = {name: TABLES[name] for asked in given.tables for name in named(asked)} or TABLES
    todo = tasks(list(chosen.values()))
    measured = dict(run(todo, HERE / "out" / given.id, HERE / "measured" / given.id, given.fresh))
    for name, table in chosen.items():
        own = of_table(table, measured)
        where = dict.fromkeys(found.where for found in own.values())
        text = section(name, table, results(own, table.reference), given.id, list(where))
        print(f"\n{text}")
        store(text, HERE / "RESULTS.md")
    if failed := len(todo) - len(measured):
        again = "the same command tries them again, with --fresh (FRESH=1) from the start"
        sys.exit(f"{failed} of {len(todo)} measurements failed; {again}")


if __name__ == "__main__":
    main()
