"""MNIST by backpropagation: the layers of the book, trained from the command line or from Python.

>>> import bpnet
>>> bpnet.Config().network.hidden
(100,)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bpnet.config import Config
    from bpnet.errors import BpnetError
    from bpnet.runs.directory import Run
    from bpnet.runs.from_python import load, train

__version__ = "0.8.0"
__all__ = ["BpnetError", "Config", "Run", "load", "train"]

_HOMES = {  # of each public name: imported only when it is asked for
    "BpnetError": "bpnet.errors",
    "Config": "bpnet.config",
    "Run": "bpnet.runs.directory",
    "load": "bpnet.runs.from_python",
    "train": "bpnet.runs.from_python",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'bpnet' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
