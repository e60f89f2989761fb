"""`bpnet train --seeds`: a process for each seed, some at a time; one display, and one table."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import click
from tqdm import tqdm

from bpnet import facts, runs, storage
from bpnet.cli import signals
from bpnet.cli.children import Children
from bpnet.cli.options import with_options
from bpnet.cli.terminal import (
    byte_bar,
    echo_all,
    percent,
    spread,
    stderr_is_a_terminal,
    table,
    tell,
)
from bpnet.config import Config
from bpnet.config.schema import LARGEST_SEED
from bpnet.datasets import loading
from bpnet.errors import RunError, UsageError

LIMIT = 2**24  # bytes of a log; 10,000 epochs have 2 MB


def start(
    config: Config, name: str, folder: Path | None, count: int, jobs: int, quiet: bool
) -> None:
    """Train as many seeds, from the config's on, in new run directories."""
    if config.seed + count - 1 > LARGEST_SEED:
        raise UsageError(f"--seeds: {count} from {config.seed} on go above {LARGEST_SEED}")
    loading.fetch(config.data, byte_bar, tell)  # once, before all ask for it
    _train(runs.create_seeds(config, name, count, folder), jobs, None, quiet)


def resume(folder: Path, jobs: int, data_dir: str | None, quiet: bool) -> None:
    """Train on the seeds in the folder that have not finished."""
    run = facts.open_run(facts.seeds(folder)[0], with_options((), data_dir))
    loading.fetch(run.config.data, byte_bar, tell)
    _train(folder, jobs, data_dir, quiet)


def _train(folder: Path, jobs: int, data_dir: str | None, quiet: bool) -> None:
    """Train to the end and print the table, unless a signal comes first."""
    seeds = facts.seeds(folder)
    waiting = [seed for seed in seeds if not _has_finished(seed)]
    if not waiting:
        tell(f"{folder}: all its seeds have finished: nothing to do")
    options = ["--data-dir", data_dir] if data_dir is not None else []
    with _display(seeds, quiet) as watch:
        received = _run_all(waiting, jobs, options, watch)
    if received:
        command = ["bpnet", "train", "--resume", str(folder), *options]
        command += ["--jobs", str(jobs)] if jobs > 1 else []
        tell(f"interrupted; go on with: {shlex.join(command)}")
        raise click.exceptions.Exit(128 + received)
    echo_all(_results([seed for seed in seeds if _has_finished(seed)]))
    click.echo(folder)
    if failed := [seed for seed in seeds if not _has_finished(seed)]:
        raise RunError(*(f"{seed}: has not finished" for seed in failed))


def _has_finished(seed: Path) -> bool:
    return facts.read(seed).get("status") == "finished"


def _run_all(
    seeds: Sequence[Path], jobs: int, options: list[str], watch: Callable[[Path, str], object]
) -> int:
    """Train so many seeds at a time; return the signal that has ended it early, or 0."""
    children = Children()

    def train(seed: Path) -> None:
        children.train(seed, options, lambda line: children.stopped or watch(seed, line))

    with signals.collected() as received, ThreadPoolExecutor(jobs) as threads:
        try:
            tasks = [threads.submit(train, seed) for seed in seeds]
            while not all(map(Future.done, tasks)):
                wait(tasks, timeout=0.1)
                if received and not children.stopped:
                    children.stop(received[0])
        except BaseException:  # a second signal
            children.kill()
            raise
    for task in tasks:
        task.result()
    return children.stopped


@contextmanager
def _display(seeds: Sequence[Path], quiet: bool) -> Iterator[Callable[[Path, str], object]]:
    """Show the epochs of all seeds: as one bar, or line by line where there is no terminal."""
    done = sum(map(_epochs_done, seeds))
    total = len(seeds) * facts.open_run(seeds[0]).config.train.epochs
    is_terminal = stderr_is_a_terminal()
    hidden = quiet or not is_terminal
    with tqdm(total=total, initial=done, unit=" epochs", leave=False, disable=hidden) as bar:

        def watch(seed: Path, line: str) -> None:
            is_epoch = line.startswith("epoch ")
            if not is_epoch or (not quiet and not is_terminal):
                tell(f"{seed.name}: {line}")
            elif not quiet:
                bar.set_postfix_str(f"{seed.name} {' '.join(line.split()[:2])}", refresh=False)
                bar.update()

        yield watch


def _epochs_done(seed: Path) -> int:
    path = seed / "log.csv"
    return storage.read(path, LIMIT).count(b"\n") - 1 if storage.exists(path) else 0


def _results(seeds: Sequence[Path]) -> Iterator[str]:
    """Yield the table of the finished seeds, and what they come to together."""
    results = [facts.result(seed) for seed in seeds]
    rows = [["seed", "test accuracy", "wrong", "loss", "epoch", "validation"]]
    for seed, result in zip(seeds, results, strict=True):
        wrong = str(result.test_images - result.test_correct)
        cells = [percent(result.test_accuracy), wrong, f"{result.test_loss:.4f}"]
        chosen = [str(result.best_epoch), percent(result.validation_accuracy or 0)]
        rows.append([seed.name.removeprefix("seed-"), *cells, *chosen])
    width = 6 if all(result.best_epoch for result in results) else 4  # nothing was chosen
    yield from table([row[:width] for row in rows])
    if len(results) > 1:
        accuracies = [result.test_accuracy for result in results]
        yield f"mean of {len(results)} seeds: test accuracy {spread(accuracies)}"
