"""Whether a training learns: warnings after its first epoch, and at its end."""

import math
from collections.abc import Sequence

from bpnet.config import Config
from bpnet.network import DEVIATIONS, widths
from bpnet.system.progress import Tell
from bpnet.training.state import EpochRecord

FAR = 3  # times what he would draw: with 7 times, a loss stays far above guessing for an epoch


def warn_at_the_start(record: EpochRecord, config: Config, tell: Tell) -> None:
    """Warn of a first epoch that has learnt nothing, or has made everything worse."""
    guessing = math.log(len(config.data.names))  # the loss of an even guess
    if record.train_loss > 2 * guessing:
        tell(
            f"warning: the loss is {record.train_loss:.3g} after an epoch, far above that of "
            f"guessing ({guessing:.2f}): {_too_large(config)}"
        )
    elif not is_learning(record):
        init = "" if config.network.init == "he" else ", or network.init he"
        tell(
            f"warning: the loss is {record.train_loss:.2f} after an epoch, and {_right(record)}: "
            f"the network is not learning; try another train.learning_rate{init}"
        )


def warn_at_the_end(records: Sequence[EpochRecord], tell: Tell) -> None:
    """Warn of a training that ended far worse than it was, unless its start was warned of that."""
    first, last = records[0], records[-1]
    best = min(records, key=lambda record: record.train_loss)
    advice = "try a smaller train.learning_rate; with a layer of your own, try bpnet gradcheck"
    if last.train_loss > 2 * best.train_loss:
        tell(
            f"warning: the loss rose from {best.train_loss:.3g} in epoch {best.epoch} to "
            f"{last.train_loss:.3g} in epoch {last.epoch}, the last: {advice}"
        )
    elif is_learning(first) and not is_learning(last):
        tell(f"warning: in the last epoch {_right(last)}: {advice}")


def is_learning(record: EpochRecord) -> bool:
    """Whether more digits were recognised than by guessing, 10 %, or by saying 1 always, 11 %."""
    return record.train_accuracy > 0.15


def _right(record: EpochRecord) -> str:
    return f"{100 * record.train_accuracy:.2f} % are right, as if guessing among ten digits"


def _too_large(config: Config) -> str:
    """Say which setting makes the loss huge: the weights to begin with, or else the steps."""
    init = config.network.init
    drawn = max(DEVIATIONS["he"](inputs) for inputs in widths(config)[:-1])
    if isinstance(init, float) and init > FAR * drawn:
        return f"network.init {init:g} is too large; he would take at most {drawn:.2g}"
    return f"train.learning_rate {config.train.learning_rate:g} is too large"
