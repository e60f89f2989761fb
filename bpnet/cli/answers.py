"""What a network takes the digits of a picture for, and what speaks against it: text, and JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from bpnet.cli.console import IMAGE, columns, cut, padded, percent, picture, side_by_side, width
from bpnet.errors import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bpnet.config import DataConfig

SHOWN = 3  # of the likeliest digits
MOST_FORMS = 6  # digits of a picture that are shown as they were seen, unless it is asked for
LONGEST = 40  # columns, of a name that others leave room for
GAP = "   "  # between the cells of a table
UNSURE, TOUCHING, INSEPARABLE = "unsure", "digits that touch", "cannot be told apart"


class Words(NamedTuple):
    """What is said of digits, or of the shapes of other classes."""

    shapes: str
    strange: str


OF_DIGITS = Words("digits", "not like a digit")
OF_OTHERS = Words("shapes", "not like any class")


class Answer(NamedTuple):
    """A digit as the network saw it (28, 28), and the probability of each that it may be.

    It may also be of other classes: `data` has their names.
    """

    image: "NDArray[np.uint8]"
    shares: list[float]
    unsure: bool
    like_a_digit: bool
    touching: bool
    data: "DataConfig"

    @property
    def name(self) -> str:
        """The name of the likeliest class."""
        return self.data.names[self.likeliest()[0]]

    @property
    def share(self) -> float:
        """Its probability."""
        return max(self.shares)

    def likeliest(self) -> list[int]:
        """Return the numbers of the classes, the likeliest first."""
        return sorted(range(len(self.shares)), key=lambda number: -self.shares[number])

    @property
    def words(self) -> Words:
        """The words for it."""
        return OF_DIGITS if self.data.of_digits else OF_OTHERS

    @property
    def doubt(self) -> str:
        """What speaks against the answer, if anything."""
        if self.touching:
            return TOUCHING
        return UNSURE * self.unsure if self.like_a_digit else self.words.strange

    @property
    def symbol(self) -> str:
        """The answer in short: `7`; `7?` if it is unsure; `?` for what is not one digit."""
        return "?" if self.touching or not self.like_a_digit else f"{self.name}{'?' * self.unsure}"


Lines = Sequence[Sequence[Answer]]  # the digits of a picture, line by line


def in_full(name: str, lines: Lines, show: bool) -> Iterator[str]:
    """Yield the lines of text about a picture, with the digits as they were seen.

    Of many digits there is a table, unless all are to be shown.
    """
    answers = list(chain.from_iterable(lines))
    if len(answers) == 1:
        yield name
        yield from (line.rstrip() for line in picture(answers[0].image))
        yield _likeliest(answers[0], SHOWN) + "".join(f"   {word}" for word in _doubts(answers))
    elif show or len(answers) <= MOST_FORMS:
        yield f"{name}: {_symbols(lines)}"
        for line in lines:
            yield from side_by_side([_block(answer) for answer in line])
    else:
        yield f"{name}: {len(answers)} {answers[0].words.shapes}"
        yield from chain.from_iterable(map(_cells, lines))
        yield from filter(None, [", ".join(_doubts(answers))])


def in_a_line(name: str, lines: Lines, room: int) -> str:
    """Return the answers for a picture in a line, with the smallest of their probabilities.

    A name takes so much room, so that the answers stand below each other.
    """
    answers = list(chain.from_iterable(lines))
    shares = [answer.share for answer in answers if answer.symbol != "?"]
    blanks = " " * (room - width(printable(name)))
    if len(answers) == 1:
        told = [_cell(answers[0])]
    else:
        least = "at least" if len(shares) == len(answers) else "the others at least"
        told = [_symbols(lines), *([f"{least} {percent(min(shares))}"] if shares else [])]
    return "  ".join([f"{name}: {blanks}{told[0]}", *told[1:], *_doubts(answers)])


def room_for(names: Iterable[str]) -> int:
    """Return how many columns the longest of the names takes, of those that are not too long."""
    return max((wide for wide in map(width, map(printable, names)) if wide <= LONGEST), default=0)


def as_json(answer: Answer, seen: bool) -> dict[str, Any]:
    """Return the answer as JSON has it; with what was seen, if that is asked for."""
    return {
        "digit": int(answer.name) if answer.data.of_digits else None,
        "class": answer.name,
        "probability": answer.share,
        "unsure": answer.unsure,
        "like_a_digit": answer.like_a_digit,
        "touching": answer.touching,
        "probabilities": answer.shares,
        **({"seen": answer.image.tolist()} if seen else {}),
    }


def _likeliest(answer: Answer, count: int) -> str:
    best = answer.likeliest()[:count]
    return GAP.join(f"{answer.data.names[one]}: {percent(answer.shares[one])}" for one in best)


def _symbols(lines: Lines) -> str:
    """Return all answers in short, with commas between them where a name is a word."""
    comma = " " if _widest(lines[0][0]) <= 2 else ", "
    return " / ".join(comma.join(answer.symbol for answer in line) for line in lines)


def _doubts(answers: Sequence[Answer]) -> list[str]:
    """Return the doubts in words, with how many digits they are of unless there is one only."""
    found = Counter(answer.doubt for answer in answers if answer.doubt)
    if len(answers) == 1:
        return [f"{word}: {INSEPARABLE}" if word == TOUCHING else word for word in found]
    words = {word: word for word in found} | {TOUCHING: f"of touching digits: {INSEPARABLE}"}
    return [f"{count} {words[word]}" for word, count in found.items()]


def _block(answer: Answer) -> list[str]:
    """Return the lines of a digit that stands beside others."""
    fitting = (count for count in (2, 1) if width(_likeliest(answer, count)) <= IMAGE)
    likeliest = _likeliest(answer, next(fitting, 1))
    told = [TOUCHING, INSEPARABLE] if answer.touching else [likeliest, answer.doubt]
    return [*picture(answer.image), *(cut(line, IMAGE) for line in told)]


def _cells(line: Sequence[Answer]) -> Iterator[str]:
    """Yield a line of digits with their probabilities, in as many rows as it takes."""
    cells = list(map(_cell, line))
    across = max(1, (columns() + len(GAP)) // (width(cells[0]) + len(GAP)))
    for start in range(0, len(cells), across):
        yield GAP.join(cells[start : start + across]).rstrip()


def _cell(answer: Answer) -> str:
    """Return the answer with its probability, always of one width."""
    symbol = padded(answer.symbol, _widest(answer))
    return f"{symbol} {'-' if answer.symbol == '?' else percent(answer.share):>8}"


def _widest(answer: Answer) -> int:
    """Return how many columns the longest symbol takes that there may be."""
    return max(map(width, answer.data.names)) + 1
