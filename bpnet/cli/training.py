"""`bpnet train`: a run from its start, or from its checkpoint, to its end or the next signal."""

import math
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

from bpnet import datasets
from bpnet.cli import signals
from bpnet.cli.console import byte_bar, percent, stderr_is_a_terminal, tell
from bpnet.config import Config
from bpnet.datasets import Dataset
from bpnet.datasets.splits import CLASSES
from bpnet.errors import BpnetError, DivergedError, RunError, short
from bpnet.evaluation import evaluate
from bpnet.network import Network
from bpnet.runs import directory, metadata, results
from bpnet.runs.metadata import Run
from bpnet.training import trainer
from bpnet.training.trainer import EpochRecord, TrainingState


def start(config: Config, name: str, folder: Path | None, quiet: bool) -> None:
    """Train a new run."""
    dataset = datasets.load(config.data, byte_bar, tell)
    network = trainer.build(config)
    state = trainer.start(network, config)
    folder = directory.new(f"{name}-s{config.seed}", folder)
    with directory.alone(folder):
        run = directory.create(config, folder)
        _train(run, network, state, dataset, quiet)


def resume(run: Run, quiet: bool) -> None:
    """Train a run on from its checkpoint."""
    folder = run.folder
    before = metadata.read(folder)
    if before.get("status") == "finished":
        tell(f"{folder}: has finished all its epochs: nothing to do")
        _print_result(folder)
        return
    if before.get("numpy", np.__version__) != np.__version__:
        tell(
            f"warning: begun with NumPy {short(before['numpy'])}, going on with {np.__version__}: "
            "the last bits may differ"
        )
    dataset = datasets.load(run.config.data, byte_bar, tell)
    results.refuse_changes(run, dataset.sha256)
    network = trainer.build(run.config)
    state = trainer.start(network, run.config)
    with directory.alone(folder):
        results.restore(run, state, dataset.sha256, tell)
        if not trainer.is_possible(state, len(dataset.train), run.config):
            raise RunError(
                f"{folder / results.CHECKPOINT}: step {state.step} is in no epoch of this run"
            )
        _train(run, network, state, dataset, quiet)


def _train(run: Run, network: Network, state: TrainingState, dataset: Dataset, quiet: bool) -> None:
    """Train to the end and score the result, unless a signal comes first."""
    results.begin(run, dataset.sha256)
    try:
        with signals.collected() as received:
            with _bar(run.config, state, len(dataset.train), quiet) as watch:
                for record in trainer.train(
                    network, state, dataset, run.config, lambda: bool(received), watch
                ):
                    results.save(run, state, dataset.sha256)
                    _tell_epoch(record, run.config, quiet)
            if len(state.records) < run.config.train.epochs:
                results.save(run, state, dataset.sha256)
                _leave(run, state, received[0])
            network.parameters[:] = trainer.result(state)
            results.finish(run, state, evaluate(network, dataset.test))
    except BpnetError as error:
        status = "diverged" if isinstance(error, DivergedError) else "failed"
        with suppress(BpnetError):  # a full disk is full for this too; the first error is told
            metadata.write(run.folder, status=status, ended=metadata.now())
        raise
    _print_result(run.folder)


@contextmanager
def _bar(
    config: Config, state: TrainingState, images: int, quiet: bool
) -> Iterator[Callable[[int], object]]:
    """Show the images of the whole run, with loss and accuracy of the running epoch."""

    def seen() -> int:
        batches = trainer.batches_done(state, images, config)
        return min(batches * config.train.batch_size, images)

    with tqdm(
        total=config.train.epochs * images,
        initial=len(state.records) * images + seen(),
        unit=" images",
        unit_scale=True,
        leave=False,
        disable=quiet or not stderr_is_a_terminal(),
    ) as bar:

        def watch(count: int) -> None:
            if bar.update(count):  # now and then: the text is shown with the next update
                epoch = f"epoch {len(state.records) + 1}/{config.train.epochs}"
                loss, accuracy = state.loss_sum / seen(), state.correct / seen()
                bar.set_description_str(epoch, refresh=False)
                bar.set_postfix_str(f"loss {loss:.4f}, accuracy {percent(accuracy)}", refresh=False)

        yield watch


def _tell_epoch(record: EpochRecord, config: Config, quiet: bool) -> None:
    if record.epoch == 1:
        _warn(record, config)
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


def _warn(record: EpochRecord, config: Config) -> None:
    """Warn of a first epoch that has learnt nothing, or has made everything worse."""
    guessing, loss = math.log(CLASSES), record.train_loss
    if loss > 2 * guessing:
        tell(
            f"warning: the loss is {loss:.3g} after an epoch, far above that of guessing "
            f"({guessing:.2f}): train.learning_rate {config.train.learning_rate:g} is too large"
        )
    elif not trainer.is_learning(record):
        tell(
            f"warning: the loss is {loss:.2f} after an epoch, and {percent(record.train_accuracy)} "
            "are right, as if guessing among ten digits: the network is not learning; try another "
            "train.learning_rate, or network.init he"
        )


def _leave(run: Run, state: TrainingState, number: int) -> None:
    """Say how to go on, and leave with the exit status of the signal."""
    metadata.write(run.folder, status="interrupted", ended=metadata.now())
    command = ["bpnet", "train", "--resume", str(run.folder)]
    if metadata.open_run(run.folder).config != run.config:  # the data have moved
        command += ["--data-dir", run.config.data.dir]
    tell(
        f"interrupted in epoch {len(state.records) + 1}, after step {state.step}; go on with: "
        f"{shlex.join(command)}"
    )
    raise click.exceptions.Exit(128 + number)


def _print_result(folder: Path) -> None:
    """Print the scores of a finished run and, last, its path."""
    result = metadata.result(folder)
    line = (
        f"test accuracy {percent(result.test_accuracy)} "
        f"({result.test_correct}/{result.test_images}), loss {result.test_loss:.4f}"
    )
    if result.validation_accuracy is not None:
        line += (
            f", weights of epoch {result.best_epoch}: "
            f"{percent(result.validation_accuracy)} on validation"
        )
    click.echo(line)
    click.echo(folder)
