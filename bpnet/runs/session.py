"""Train a run: a config in, a run directory out. No terminal, no signals."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bpnet import datasets
from bpnet.config import Config
from bpnet.errors import BpnetError, DivergedError, LostWorkerError, RunError
from bpnet.runs import (
    anew,
    arithmetic,
    checkpoints,
    directory,
    doubts,
    learning,
    metadata,
    new_length,
    results,
    test_scores,
)
from bpnet.runs.directory import Run
from bpnet.runs.identity import refuse_changes, settings_of
from bpnet.runs.metadata import Status
from bpnet.system.progress import (
    Advance,
    ByteProgress,
    Tell,
    never,
    silent,
    silently,
    unwatched,
)
from bpnet.training.need import refuse_too_large
from bpnet.training.state import EpochRecord, best
from bpnet.training.trainer import Training


@dataclass(frozen=True)
class Session:
    """A run that this process trains, alone: its folder, and the training in memory."""

    run: Run
    training: Training

    @property
    def data(self) -> Mapping[str, str]:
        """The SHA-256 of each file that the images come from."""
        return self.training.dataset.files


@contextmanager
def started(
    config: Config,
    name: str,
    folder: Path | None = None,
    progress: ByteProgress = silently,
    tell: Tell = silent,
) -> Iterator[Session]:
    """Make the directory of a new run, and hold it: the given folder, or one named in runs/.

    Raises: UsageError if there is something in the folder already.
    """
    if folder:
        directory.refuse_taken(folder)  # before a download
    config = datasets.completed(config)
    refuse_too_large(config)
    training = Training(config, datasets.load(config.data, progress, tell))
    folder = directory.new(f"{name}-s{config.seed}", folder)
    with directory.locked(folder):
        session = Session(directory.create(config, folder), training)
        with _running(session):
            yield session


@contextmanager
def resumed(
    run: Run,
    progress: ByteProgress = silently,
    tell: Tell = silent,
    other_arithmetic: bool = False,
    epochs: int | None = None,
) -> Iterator[Session]:
    """Hold the directory of a run, and go back to its checkpoint, to go on: to so many epochs.

    Raises: RunError if the config or the data have changed, or no checkpoint can be used; also if
    it is of several threads, or this machine computes otherwise than the one before, unless other
    arithmetic is allowed. UsageError if it cannot have so many epochs.
    """
    anew.refuse_threads(run)
    directory.recover(run, tell)
    goal = run if epochs is None else new_length.planned(run, epochs)
    refuse_too_large(run.config)
    if run.was_saved and not other_arithmetic:
        arithmetic.refuse_another(run)
    training = Training(goal.config, datasets.load(run.config.data, progress, tell))
    session = Session(goal, training)
    with directory.locked(run.folder):
        refuse_changes(run, session.data)  # now: another process may just have given it epochs
        _restore(run, session, tell)
        new_length.write(run, goal.config.train.epochs)
        with _running(session):
            yield session


def _restore(run: Run, session: Session, tell: Tell) -> None:
    """Go back to the checkpoint of the run, which may be one of fewer epochs than the session's."""
    training = session.training
    checkpoints.restore(run, training.state, session.data, tell)
    if not training.is_possible():
        raise RunError(
            f"{run.checkpoint}: step {training.state.step} is in no epoch of this run; move it "
            "away to go on from the one before, or from the beginning"
        )
    if session.run != run:
        new_length.refuse_done(run, session.run.config.train.epochs, training.state)


def train(
    session: Session,
    stop: Callable[[], bool] = never,
    advance: Advance = unwatched,
    tell: Tell = silent,
) -> Iterator[EpochRecord]:
    """Train to the end, or to where `stop` says yes; save and yield the record of each epoch.

    The run's status is then finished, or interrupted. `advance` is called after each step with the
    number of its images, and `tell` with each warning.
    Raises: DivergedError at the first loss or weight that is not finite.
    """
    run, training = session.run, session.training
    saved = None
    guess = learning.guess(run.config.data, training.dataset.train.labels)
    for record in training.epochs(stop, advance):
        saved = _save(session)
        if record.epoch == 1:
            learning.warn_at_the_start(record, run.config, guess, tell)
        yield record
    if training.is_finished:
        _finish(session, saved or results.write(run, training.state))  # a save may be cut off
        learning.warn_at_the_end(training.state.records, guess, tell)
    else:
        _save(session)
        metadata.write(run.folder, status=Status.INTERRUPTED, ended=metadata.now())


@contextmanager
def _running(session: Session) -> Iterator[None]:
    """Write in run.json that the run is running, and if anything is raised, that it has failed."""
    _begin(session)
    run = session.run
    try:
        yield
    except Exception as error:  # a layer of one's own may raise anything
        status = Status.DIVERGED if isinstance(error, DivergedError) else Status.FAILED
        with suppress(BpnetError):  # a full disk is full for this too; the first error is told
            if run.status == Status.RUNNING:
                metadata.write(run.folder, status=status, ended=metadata.now())
        if isinstance(error, LostWorkerError):
            again = f"go on from the last checkpoint with: {metadata.resuming(run.folder)}"
            raise LostWorkerError(f"{run.folder}: {error}; {again}") from error
        raise


def _begin(session: Session) -> None:
    """Write in run.json that the run is running, since when, and on what."""
    run = session.run
    metadata.begin(
        run.folder,
        status=Status.RUNNING,
        **arithmetic.facts(run),
        **arithmetic.change(run, session.training.state.step),
        seed=run.config.seed,
        config=settings_of(run.config),
        data=dict(session.data),
        started=metadata.read(run.folder).get("started", metadata.now()),
    )


def _save(session: Session) -> str:
    """Write the checkpoint, keeping the one before, and what is made from it: log and weights.

    Return the SHA-256 of the weights.
    """
    checkpoints.save(session.run, session.training.state, session.data)
    return results.write(session.run, session.training.state)


def _finish(session: Session, weights_sha256: str) -> None:
    """Score the result, the weights of this SHA-256, and write what came out."""
    run, training = session.run, session.training
    training.use_result()
    images = training.dataset.test
    known = {} if run.is_without_test else test_scores.facts(training.network, images)
    doubts.write(run, training.network, training.dataset, weights_sha256)
    chosen = best(training.state.records)
    metadata.write(
        run.folder,
        status=Status.FINISHED,
        ended=metadata.now(),
        epochs=len(training.state.records),
        best_epoch=chosen and chosen.epoch,
        validation_accuracy=chosen and chosen.validation_accuracy,
        **(test_scores.NONE | known),
        weights_sha256=weights_sha256,
    )
