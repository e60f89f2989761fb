"""What the word `Array` means in every signature: a NumPy array; its shape is in the docstring."""

from typing import Any, TypeAlias

from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
