"""What a network takes the digits of a picture for, and what speaks against it: text, and JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from bpnet.cli.console import columns, percent, picture, side_by_side, width
from bpnet.errors import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHOWN = 3  # of the likeliest digits
MOST_FORMS = 6  # digits of a picture that are shown as they were seen, unless it is asked for
LONGEST = 40  # columns, of a name that others leave room for
CELL = 14  # columns, of a digit and its probability in a table
UNSURE, STRANGE, TOUCHING = "unsure", "not like a digit", "digits that touch"
INSEPARABLE = "cannot be told apart"


class Answer(NamedTuple):
    """A digit as the network saw it (28, 28), and the probability of each that it may be."""

    image: "NDArray[np.uint8]"
    shares: list[float]
    unsure: bool
    like_a_digit: bool
    touching: bool

    @property
    def digit(self) -> int:
        """The likeliest digit."""
        return self.likeliest()[0]

    @property
    def share(self) -> float:
        """Its probability."""
        return self.shares[self.digit]

    def likeliest(self) -> list[int]:
        """Return the digits, the likeliest first."""
        return sorted(range(len(self.shares)), key=lambda digit: -self.shares[digit])

    @property
    def doubt(self) -> str:
        """What speaks against the answer, if anything."""
        if self.touching:
            return TOUCHING
        return STRANGE if not self.like_a_digit else UNSURE if self.unsure else ""

    @property
    def symbol(self) -> str:
        """The answer in two letters: `7`; `7?` if it is unsure; `?` for what is not one digit."""
        return "?" if self.doubt in (STRANGE, TOUCHING) else f"{self.digit}{'?' * self.unsure}"


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
        yield f"{name}: {len(answers)} digits"
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
        "digit": answer.digit,
        "probability": answer.share,
        "unsure": answer.unsure,
        "like_a_digit": answer.like_a_digit,
        "touching": answer.touching,
        "probabilities": answer.shares,
        **({"seen": answer.image.tolist()} if seen else {}),
    }


def _likeliest(answer: Answer, count: int) -> str:
    best = answer.likeliest()[:count]
    return "   ".join(f"{digit}: {percent(answer.shares[digit])}" for digit in best)


def _symbols(lines: Lines) -> str:
    return " / ".join(" ".join(answer.symbol for answer in line) for line in lines)


def _doubts(answers: Sequence[Answer]) -> list[str]:
    """Return the doubts in words, with how many digits they are of unless there is one only."""
    found = Counter(answer.doubt for answer in answers if answer.doubt)
    if len(answers) == 1:
        return [f"{word}: {INSEPARABLE}" if word == TOUCHING else word for word in found]
    words = {word: word for word in found} | {TOUCHING: f"of touching digits: {INSEPARABLE}"}
    return [f"{count} {words[word]}" for word, count in found.items()]


def _block(answer: Answer) -> list[str]:
    """Return the lines of a digit that stands beside others."""
    told = [TOUCHING, INSEPARABLE] if answer.touching else [_likeliest(answer, 2), answer.doubt]
    return [*picture(answer.image), *told]


def _cells(line: Sequence[Answer]) -> Iterator[str]:
    """Yield a line of digits with their probabilities, in as many rows as it takes."""
    cells = list(map(_cell, line))
    across = max(1, (columns() + 3) // CELL)
    for start in range(0, len(cells), across):
        yield "   ".join(cells[start : start + across]).rstrip()


def _cell(answer: Answer) -> str:
    """Return the answer with its probability, always of one width."""
    return f"{answer.symbol:<2} {'-' if answer.symbol == '?' else percent(answer.share):>8}"
