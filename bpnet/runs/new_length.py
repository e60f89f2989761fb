"""Another number of epochs for a run: it goes on as if that had been asked for at the start.

So it can be where no learning rate depends on the number of epochs. A kill at any moment leaves the
run as it was, or the run of the new number: these files are written, each of them whole.

    run.json       the run has not finished, has no result, and goes from so many epochs to so many
    config.yaml    the new number; until then `directory.open_run` knows it from run.json
    run.json       what it says of any run that is trained

A checkpoint that was written before may say the old number: `identity.is_same`.
"""

from dataclasses import asdict, replace

from bpnet import config
from bpnet.config import Config
from bpnet.errors import ConfigError, RunError, UsageError
from bpnet.runs import anew, metadata
from bpnet.runs.directory import Run
from bpnet.runs.identity import is_the_same_for_any_epochs, settings_of
from bpnet.runs.kinds import CONFIG
from bpnet.runs.metadata import LENGTH, NewLength, Status
from bpnet.system import storage
from bpnet.training.state import TrainingState


def is_possible(run: Run) -> bool:
    """Whether the steps of the run's epochs would be the same with another number."""
    return is_the_same_for_any_epochs(settings_of(run.config))


def planned(run: Run, epochs: int) -> Run:
    """Return the run as it will be with so many epochs; nothing is written.

    Raises: UsageError if they are not more than it has done, or if its learning rate, or its
    warm-up, does not allow them.
    """
    now = run.config.train
    if run.status == Status.FINISHED:
        _refuse_few(run, epochs, done=now.epochs)
    if epochs != now.epochs and not is_possible(run):
        by_rate = f"its learning rate follows a {now.schedule} over all its {now.epochs} epochs"
        by_end = f"its calm epochs (augment.calm) are counted from the last of {now.epochs}"
        why = by_end if now.schedule == "constant" else by_rate
        raise UsageError(
            f"--epochs: {run.folder}: {why}, so that with {epochs} some steps would have been "
            f"others; train it anew: {_anew(run, epochs)}"
        )
    _kept(run, epochs)
    return replace(run, config=_with(run.config, epochs))


def refuse_done(run: Run, epochs: int, state: TrainingState) -> None:
    """Raise an error if the state, where the run goes on from, is beyond them, or its very start.

    A finished run would be trained anew from there, and what it has come to be overwritten.
    """
    _refuse_few(run, epochs, done=len(state.records))
    if run.status == Status.FINISHED and not state.records:
        raise RunError(
            f"{run.checkpoint}: is missing, and only from there the run can go on; to train it "
            f"anew: {_anew(run, epochs)}"
        )


def _anew(run: Run, epochs: int) -> str:
    return f"{anew.command(run.folder)} --set train.epochs={epochs}"


def _refuse_few(run: Run, epochs: int, done: int) -> None:
    if epochs <= done:
        raise UsageError(
            f"--epochs: {run.folder} has done {done} epochs: expected more than these in all, got "
            f"{epochs}"
        )


def write(run: Run, epochs: int) -> None:
    """Give the run so many epochs, in the order above; the last write is that of `session`.

    Raises: RunError if its config.yaml cannot be read any more.
    """
    try:
        settled = _kept(run)
    except ConfigError as error:
        raise RunError(*error.lines) from error
    if run.config.train.epochs != epochs:
        metadata.begin(
            run.folder,
            status=Status.INTERRUPTED,
            config=settings_of(_with(run.config, epochs)),
            **{LENGTH: asdict(NewLength(settled.train.epochs, epochs))},
        )
    if settled.train.epochs != epochs:
        storage.write(run.folder / CONFIG, config.dump(_with(settled, epochs)).encode())


def _kept(run: Run, *epochs: int) -> Config:
    """Return what config.yaml says now, or would with so many epochs. Raises: ConfigError."""
    settings = [f"train.epochs={number}" for number in epochs]
    kept, _ = config.read(run.folder / CONFIG, settings, environment={})
    return kept


def _with(chosen: Config, epochs: int) -> Config:
    return replace(chosen, train=replace(chosen.train, epochs=epochs))
