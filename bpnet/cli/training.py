"""`bpnet train`: a run from its start, or from its checkpoint, to its end or the next signal."""

import shlex
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
import numpy as np
from tqdm import tqdm

from bpnet import datasets, facts, runs, trainer
from bpnet.cli.terminal import byte_bar, percent, tell
from bpnet.config import Config
from bpnet.datasets import Dataset
from bpnet.errors import BpnetError, DivergedError
from bpnet.evaluation import evaluate
from bpnet.network import Network
from bpnet.runs import Run
from bpnet.trainer import EpochRecord, TrainingState


def start(config: Config, name: str, folder: Path | None, quiet: bool) -> None:
    """Train a new run."""
    dataset = datasets.load(config.data, byte_bar, tell)
    network = trainer.build(config)
    state = trainer.start(network)
    run = runs.create(config, name, folder)
    _train(run, network, state, dataset, quiet)


def resume(folder: Path, settings: Sequence[str], quiet: bool) -> None:
    """Train a run on from its checkpoint."""
    run = runs.open_run(folder, settings)
    before = facts.read(folder)
    if before.get("status") == "finished":
        tell(f"{folder}: has finished all its epochs: nothing to do")
        _print_result(folder)
        return
    if before.get("numpy", np.__version__) != np.__version__:
        tell(
            f"warning: begun with NumPy {before['numpy']}, going on with {np.__version__}: "
            "the last bits may differ"
        )
    dataset = datasets.load(run.config.data, byte_bar, tell)
    network = trainer.build(run.config)
    state = trainer.start(network)
    runs.restore(run, state, dataset.sha256, tell)
    _train(run, network, state, dataset, quiet)


def _train(run: Run, network: Network, state: TrainingState, dataset: Dataset, quiet: bool) -> None:
    """Train to the end, unless a signal comes first; then score the result."""
    runs.begin(run, dataset.sha256)
    try:
        with _signals() as received, _bar(run.config, state, dataset, quiet) as watch:
            for record in trainer.train(
                network, state, dataset, run.config, lambda: bool(received), watch
            ):
                runs.save(run, state, dataset.sha256)
                _tell_epoch(record, run.config, quiet)
            if len(state.records) < run.config.train.epochs:
                runs.save(run, state, dataset.sha256)
                _leave(run, state, received[0])
        network.parameters[:] = trainer.result(state)
        runs.finish(run, state, evaluate(network, dataset.test))
    except BpnetError as error:
        diverged = isinstance(error, DivergedError)
        facts.write(run.folder, status="diverged" if diverged else "failed", ended=facts.now())
        raise
    _print_result(run.folder)


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM instead of acting on them; a second one acts at once.

    A signal that the program was started to ignore, as by nohup, stays ignored.
    """
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def put_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)
        put_back()

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, note)
    try:
        yield received
    finally:
        put_back()


@contextmanager
def _bar(
    config: Config, state: TrainingState, dataset: Dataset, quiet: bool
) -> Iterator[Callable[[TrainingState, int], object]]:
    """Show the images of the whole run, with loss and accuracy of the running epoch."""
    images, epochs = len(dataset.train), config.train.epochs
    epoch_steps = -(-images // config.train.batch_size)
    done = len(state.records) * images
    done += (state.step - len(state.records) * epoch_steps) * config.train.batch_size
    with tqdm(
        total=epochs * images,
        initial=done,
        unit=" images",
        unit_scale=True,
        leave=False,
        disable=True if quiet else None,
    ) as bar:

        def watch(state: TrainingState, count: int) -> None:
            if bar.update(count):  # now and then: the text is shown with the next update
                seen = (state.step - len(state.records) * epoch_steps) * config.train.batch_size
                seen = min(seen, images)
                bar.set_description_str(f"epoch {len(state.records) + 1}/{epochs}", refresh=False)
                loss, accuracy = state.loss_sum / seen, state.correct / seen
                bar.set_postfix_str(f"loss {loss:.4f}, accuracy {percent(accuracy)}", refresh=False)

        yield watch


def _tell_epoch(record: EpochRecord, config: Config, quiet: bool) -> None:
    if record.epoch == 1 and not trainer.is_learning(record):
        tell(
            f"warning: the loss is {record.train_loss:.2f} after an epoch, as if guessing among "
            "ten digits (2.30): the network is not learning; try another train.learning_rate, "
            "or network.init he"
        )
    if quiet:
        return
    scored = "validation" if record.validation_accuracy is not None else "test"
    accuracy = record.validation_accuracy or record.test_accuracy or 0.0
    tell(
        f"epoch {record.epoch:{len(str(config.train.epochs))}}/{config.train.epochs}"
        f"  loss {record.train_loss:.4f}  accuracy {percent(record.train_accuracy)}"
        f"  {scored} {percent(accuracy)}"
        f"  {record.seconds:.1f} s  {record.images_per_second:,.0f} images/s"
    )


def _leave(run: Run, state: TrainingState, number: int) -> None:
    """Say how to go on, and leave with the exit status of the signal."""
    facts.write(run.folder, status="interrupted", ended=facts.now())
    tell(
        f"interrupted in epoch {len(state.records) + 1}, after step {state.step}; go on with: "
        f"bpnet train --resume {shlex.quote(str(run.folder))}"
    )
    raise click.exceptions.Exit(128 + number)


def _print_result(folder: Path) -> None:
    """Print the scores of a finished run and, last, its path."""
    result = facts.read(folder)
    chosen = ""
    if result["best_epoch"]:
        chosen = (
            f", weights of epoch {result['best_epoch']}: "
            f"{percent(result['validation_accuracy'])} on validation"
        )
    click.echo(
        f"test accuracy {percent(result['test_accuracy'])} "
        f"({result['test_correct']}/{result['test_images']}), "
        f"loss {result['test_loss']:.4f}{chosen}"
    )
    click.echo(folder)
