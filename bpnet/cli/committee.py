"""The runs whose networks answer together, each with what it needs in order to doubt."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpnet.cli.console import percent, tell
from bpnet.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bpnet.evaluation.doubt import Member
    from bpnet.runs.directory import Run


def opened(folder: Path) -> "Sequence[Run]":
    """Return the run in the folder, or those of its seeds, or of a sweep.

    Raises: RunError if there is none; UsageError if they answer with different classes.
    """
    from bpnet.runs import sweeps

    runs = sweeps.open_members(folder, (), tell)
    for run in runs:
        if run.config.data.names != runs[0].config.data.names:
            raise UsageError(
                f"{run.folder}: has other classes than {runs[0].folder}; name one of them by --run"
            )
    return runs


def members(runs: "Sequence[Run]") -> "list[Member]":
    """Return the networks of the runs, each with its measure; without one, that is told."""
    from bpnet.evaluation import doubt
    from bpnet.runs import doubts, loading, metadata

    networks = loading.networks(runs)
    measures = [doubts.load(run) for run in runs]
    if None in measures:
        run = runs[measures.index(None)]
        least = percent(doubt.improbable(len(run.config.data.names)))
        refused = "no digit" if run.config.data.of_digits else "unlike its class"
        tell(
            f"{run.folder}: has no measure of doubt: answers below {least} are unsure, and nothing "
            f"is refused as {refused}; give it one by: {metadata.resuming(run.folder)}"
        )
    return list(zip(networks, measures, strict=True))


def seen(members: "Sequence[Member]", images: "NDArray[Any]") -> "NDArray[Any]":
    """Return images as all the networks see them; if these see them differently, as they are."""
    views = {network.view for network, _ in members}
    first, _ = members[0]
    return first.see(images).reshape(images.shape) if len(views) == 1 else images
