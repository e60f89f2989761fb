"""How a published file is known, whether it is downloaded or there already."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A file as it was published."""

    name: str
    size: int
    sha256: str

    def matches(self, content: bytes) -> bool:
        """Whether these are the bytes that were published."""
        return len(content) == self.size and hashlib.sha256(content).hexdigest() == self.sha256
