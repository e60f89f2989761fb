"""What a finished run has lost: weights and log from its checkpoint, its doubt from its images."""

from collections.abc import Callable
from pathlib import Path

from bpnet import datasets, network
from bpnet.errors import BpnetError, RunError, StorageError
from bpnet.runs import checkpoints, directory, doubts, metadata, npz, results
from bpnet.runs.directory import Run
from bpnet.runs.identity import refuse_changes
from bpnet.system import memory, storage
from bpnet.system.progress import Tell
from bpnet.training import state as states
from bpnet.training.need import of_the_state
from bpnet.training.state import TrainingState


def spoilt(run: Run) -> list[Path]:
    """Return those of its files that are not as the finished run has left them."""
    readers: dict[Path, Callable[[Run], object]] = {
        run.weights: results.load_network,
        run.log: _read_whole_log,
        run.doubt: doubts.read,
    }
    return [path for path, read in readers.items() if not _is_right(run, read)]


def is_whole(folder: Path) -> bool:
    """Whether a finished run is as it was left; what is wrong with it, whoever resumes it says."""
    try:
        return not spoilt(directory.open_run(folder))
    except BpnetError:
        return False


def mend(run: Run, tell: Tell) -> bool:
    """Bring back what is spoilt; what stands in its place is moved aside. Return whether any was.

    A run of an earlier version gets the measure of doubt that it never had.
    Raises: RunError if no checkpoint has it, or config or data are not those of the run.
    """
    data = metadata.read(run.folder).get("data", {})
    refuse_changes(run, data)
    paths = spoilt(run)
    measure = run.doubt
    from_checkpoint = [path for path in paths if path != measure]
    if from_checkpoint:
        with directory.locked(run.folder):
            state = _end(run, data, tell)
            for path in from_checkpoint:
                storage.move_aside(path)
            results.write(run, state)
        names = " and ".join(path.name for path in from_checkpoint)
        tell(f"{run.folder}: {names} brought back from the checkpoint")
    if measure in paths:
        _measure_anew(run, tell)
    return bool(paths)


def _measure_anew(run: Run, tell: Tell) -> None:
    """Write the measure of doubt once more, from the run's weights and images."""
    dataset = datasets.load(run.config.data, tell=tell)
    refuse_changes(run, dataset.files)
    path = run.doubt
    with directory.locked(run.folder):
        if storage.is_taken(path):
            storage.move_aside(path)
        loaded = results.load_network(run)
        recorded = metadata.read(run.folder).get("weights_sha256")
        doubts.write(run, loaded, dataset, recorded or results.sha256(npz.pack(loaded.params)))
    tell(f"{run.folder}: {path.name} made from its weights and images")


def _is_right(run: Run, read: Callable[[Run], object]) -> bool:
    try:
        read(run)
    except RunError:
        return False
    except StorageError as error:
        if storage.is_lasting(error):
            return False
        raise
    return True


def _read_whole_log(run: Run) -> None:
    if len(results.read_log(run)) != run.config.train.epochs:
        raise RunError(f"{run.log}: not the log of all epochs")


def _end(run: Run, data: dict[str, str], tell: Tell) -> TrainingState:
    """Return the state at the end of the run, from its checkpoint."""
    needed = network.memory(run.config) + of_the_state(run.config)
    memory.refuse_more(needed, f"{run.folder}: this network")
    state = states.start(network.build(run.config).flat, run.config)
    checkpoints.restore(run, state, data, tell)
    found = results.sha256(results.pack_weights(run, state))
    recorded = metadata.read(run.folder).get("weights_sha256", found)
    if len(state.records) != run.config.train.epochs or found != recorded:
        raise RunError(
            f"{run.folder}: its weights or its log are lost, and no checkpoint has them; to train "
            f"the rest again, move {run.folder / metadata.NAME} away and resume"
        )
    return state
