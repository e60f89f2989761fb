"""Ways to spoil bytes. A case is what was done, with its place, and the bytes that came of it."""

import random
import re
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias, TypeVar

NUMBERS = (0, 1, 2, 8, 127, 128, 255, 256, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1)
TEXTS = (b"0", b"-1", b"3", b"255", b"4294967295", b"18446744073709551616", b"1e999", b"NaN")
SIGNATURES = re.compile(rb"PK\x01\x02|PK\x03\x04|PK\x05\x06")

Case: TypeAlias = tuple[str, bytes]
AnyCase = TypeVar("AnyCase")


def cut(content: bytes) -> list[Case]:
    """Return a case for each length that is shorter."""
    return [(f"cut at byte {end}", content[:end]) for end in range(len(content))]


def flipped(content: bytes) -> list[Case]:
    """Return a case for each bit."""
    return [
        (
            f"bit {bit} of byte {place} flipped",
            content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :],
        )
        for place in range(len(content))
        for bit in range(8)
    ]


def mutated(content: bytes, seed: object, count: int) -> list[Case]:
    """Return so many cases of one to four changes each."""
    return [mutate(content, f"{seed}/{number}") for number in range(count)]


def mutate(content: bytes, seed: str) -> Case:
    """Return the case that this seed decides."""
    rng = random.Random(seed)
    done = []
    for _ in range(rng.randint(1, 4)):
        name, change = rng.choice(CHANGES)
        place = rng.randrange(len(content) + 1)
        content = change(content, place, rng)
        done.append(f"{name} at byte {place}")
    return f"seed {seed}: {', '.join(done)}", content


def _splice(content: bytes, place: int, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    return content[:place] + content[start : start + rng.randint(1, 64)] + content[place:]


def _lose(content: bytes, place: int, rng: random.Random) -> bytes:
    return content[:place] + content[place + rng.randint(1, 64) :]


def _zeros(content: bytes, place: int, rng: random.Random) -> bytes:
    length = min(rng.randint(1, 512), len(content) - place)
    return content[:place] + bytes(length) + content[place + length :]


def _random_bytes(content: bytes, place: int, rng: random.Random) -> bytes:
    length = min(rng.randint(1, 8), len(content) - place)
    return content[:place] + rng.randbytes(length) + content[place + length :]


def _number(content: bytes, place: int, rng: random.Random) -> bytes:
    form = rng.choice(("<B", "<H", "<I", ">I"))
    number = rng.choice(NUMBERS) % 256 ** struct.calcsize(form)
    return content[:place] + struct.pack(form, number) + content[place + struct.calcsize(form) :]


def _header_field(content: bytes, place: int, rng: random.Random) -> bytes:
    """Put a number into one of the fields that follow a signature of a zip."""
    found = [match.end() for match in SIGNATURES.finditer(content)]
    return _number(content, rng.choice(found) + rng.randrange(42) if found else place, rng)


def _written_number(content: bytes, place: int, rng: random.Random) -> bytes:
    """Put another number in the place of one that is written in digits."""
    found = [match.span() for match in re.finditer(rb"[0-9]+", content)]
    if not found:
        return content
    start, end = rng.choice(found)
    return content[:start] + rng.choice(TEXTS) + content[end:]


def _swap(content: bytes, place: int, rng: random.Random) -> bytes:
    """Let two stretches change places."""
    ends = sorted(rng.randrange(len(content) + 1) for _ in range(4))
    a, b, c, d = ends
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


CHANGES = (
    ("a piece inserted", _splice),
    ("a piece lost", _lose),
    ("zeros", _zeros),
    ("random bytes", _random_bytes),
    ("a number", _number),
    ("a field of a zip's header", _header_field),
    ("a written number", _written_number),
    ("two pieces swapped", _swap),
)


def sample(cases: Sequence[AnyCase], count: int, seed: int) -> list[AnyCase]:
    """Return so many of the cases, in a random order: which ones, the seed decides."""
    return random.Random(seed).sample(cases, count)


def hunt(cases: Iterable[Case], read: Callable[[bytes], object]) -> tuple[int, int]:
    """Read every case, and return how many were tried and how many accepted.

    Raises: AssertionError with what was done to the bytes, if anything but a refusal came of it.
    """
    tried = accepted = 0
    for done, content in cases:
        try:
            accepted += bool(read(content))
        except Exception as error:
            raise AssertionError(f"{done}: {error!r}; {content[:200]!r}") from error
        tried += 1
    return tried, accepted
