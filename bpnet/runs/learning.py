"""Whether a training learns: warnings after its first epoch, and at its end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpnet.array import Array
from bpnet.config import Config, DataConfig
from bpnet.network import DEVIATIONS, widths
from bpnet.system.progress import Tell
from bpnet.training.state import EpochRecord

FAR = 3  # times what he would draw: with 7 times, a loss stays far above guessing for an epoch
MORE = 0.04, 0.5  # of what guessing has wrong, or right: so much more must be right, or the less
SOON = 10  # steps: an epoch of fewer tells of the weights that were drawn, not of learning


@dataclass(frozen=True)
class Guess:
    """Always saying the commonest class: the share that is right, and the loss of knowing shares.

    That loss is the entropy of the labels, in nats. `among` is what is guessed, in words.
    """

    share: float
    loss: float
    among: str


def guess(config: DataConfig, labels: Array) -> Guess:
    """Return what the training labels alone are good for.

    >>> found = guess(DataConfig(), np.array([0, 0, 0, 1]))
    >>> found.share, round(found.loss, 3), found.among  # 3/4 log 4/3 + 1/4 log 4
    (0.75, 0.562, 'ten digits')
    """
    shares = np.bincount(labels) / len(labels)
    loss = -sum(share * math.log(share) for share in shares.tolist() if share)
    most = float(shares.max())
    if config.of_digits and len(config.names) == 10:
        return Guess(most, loss, "ten digits")
    name = config.names[int(shares.argmax())]
    among = f"{len(config.names)} classes, the commonest of which, {name}, has {100 * most:.2f} %"
    return Guess(most, loss, among)


def warn_at_the_start(record: EpochRecord, config: Config, guess: Guess, tell: Tell) -> None:
    """Warn of a first epoch that has learnt nothing, or has made everything worse."""
    guessing = math.log(len(config.data.names))  # of an even guess: training begins near that
    if record.train_loss > 2 * guessing:
        tell(
            f"warning: the loss is {record.train_loss:.3g} after an epoch, far above that of "
            f"guessing ({guessing:.2f}): {_too_large(config)}"
        )
    elif _has_begun(record) and not is_learning(record, guess):
        init = "" if config.network.init == "he" else ", or network.init he"
        tell(
            f"warning: the loss is {record.train_loss:.2f} after an epoch, and "
            f"{_right(record, guess)}: the network is not learning; try another "
            f"train.learning_rate{init}"
        )


def warn_at_the_end(records: Sequence[EpochRecord], guess: Guess, tell: Tell) -> None:
    """Warn of a training that ended far worse than it was, unless its start was warned of that."""
    first, last = records[0], records[-1]
    best = min(records, key=lambda record: record.train_loss)
    advice = "try a smaller train.learning_rate; with a layer of your own, try bpnet gradcheck"
    was_warned_of = _has_begun(first) and not is_learning(first, guess)
    if last.train_loss > 2 * best.train_loss:
        tell(
            f"warning: the loss rose from {best.train_loss:.3g} in epoch {best.epoch} to "
            f"{last.train_loss:.3g} in epoch {last.epoch}, the last: {advice}"
        )
    elif _has_begun(last) and not was_warned_of and not is_learning(last, guess):
        tell(f"warning: in the last epoch {_right(last, guess)}: {advice}")


def is_learning(record: EpochRecord, guess: Guess) -> bool:
    """Whether more was recognised than by the guess, or the loss is clearly below that of it.

    Of ten digits 14 % must be right; of 9 images of one class to 1 of another 90.4 %.
    """
    wrong, right = MORE
    least = guess.share + min(wrong * (1 - guess.share), right * guess.share)
    return record.train_accuracy >= least or record.train_loss < (1 - wrong) * guess.loss


def _has_begun(record: EpochRecord) -> bool:
    return record.step >= SOON


def _right(record: EpochRecord, guess: Guess) -> str:
    return f"{100 * record.train_accuracy:.2f} % are right, as if guessing among {guess.among}"


def _too_large(config: Config) -> str:
    """Say which setting makes the loss huge: the weights to begin with, or else the steps."""
    init = config.network.init
    drawn = max(DEVIATIONS["he"](inputs) for inputs in widths(config)[:-1])
    if isinstance(init, float) and init > FAR * drawn:
        return f"network.init {init:g} is too large; he would take at most {drawn:.2g}"
    return f"train.learning_rate {config.train.learning_rate:g} is too large"
