"""A run that is trained alone: shown as it goes on, to its end or to the next signal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bpnet.cli import signals
from bpnet.cli.console import echo, epoch_line, percent, stderr_is_a_terminal, tell
from bpnet.system import processors

if TYPE_CHECKING:
    from bpnet.runs.directory import Run
    from bpnet.runs.session import Session
    from bpnet.system.progress import Advance
    from bpnet.training.trainer import Training


def train(begun: "Session", quiet: bool, data_dir: str | None = None) -> None:
    """Show the training to its end, and print the result, unless a signal comes first."""
    from bpnet.runs import session

    training = begun.training
    processors.warn_of_more(1, training.config.train.workers, tell)
    with signals.collected() as received:
        with bar(training, quiet) as advance:
            for record in session.train(begun, lambda: bool(received), advance, tell):
                if not quiet:
                    tell(epoch_line(record, training.config.train.epochs))
        if not training.is_finished:
            _leave(begun, received[0], data_dir)
    print_result(begun.run)


@contextmanager
def bar(training: "Training", quiet: bool) -> Iterator["Advance"]:
    """Show the images of the whole run, with loss and accuracy of the running epoch."""
    from bpnet.cli.bars import tqdm

    state, epochs = training.state, training.config.train.epochs

    def seen() -> int:
        return min(training.batches_done * training.config.train.batch_size, training.images)

    with tqdm(
        total=epochs * training.images,
        initial=len(state.records) * training.images + seen(),
        unit=" images",
        unit_scale=True,
        leave=False,
        disable=quiet or not stderr_is_a_terminal(),
    ) as shown:

        def advance(count: int) -> None:
            if shown.update(count):  # now and then: the text is shown with the next update
                loss, accuracy = state.loss_sum / seen(), percent(state.correct / seen())
                shown.set_description_str(f"epoch {len(state.records) + 1}/{epochs}", refresh=False)
                shown.set_postfix_str(f"loss {loss:.4f}, accuracy {accuracy}", refresh=False)

        yield advance


def _leave(begun: "Session", number: int, data_dir: str | None) -> None:
    """Say how to go on, and leave with the exit status of the signal."""
    import shlex

    run, state = begun.run, begun.training.state
    command = ["bpnet", "train", "--resume", str(run.folder)]
    command += [] if data_dir is None else ["--data-dir", data_dir]
    tell(
        f"interrupted in epoch {len(state.records) + 1}, after step {state.step}; go on with: "
        f"{shlex.join(command)}"
    )
    raise click.exceptions.Exit(128 + number)


def print_result(run: "Run") -> None:
    """Print the scores of a finished run and, last, its path."""
    result = run.result
    line = f"test accuracy {percent(result.test_accuracy)}"
    if result.test_accuracy is not None:
        line += f" ({result.test_correct}/{result.test_images}), loss {result.test_loss:.4f}"
    if result.validation_accuracy is not None:
        line += (
            f", weights of epoch {result.best_epoch}: "
            f"{percent(result.validation_accuracy)} on validation"
        )
    echo(line)
    echo(run.folder)
