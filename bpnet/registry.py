"""What a config may name that lies elsewhere: the activations, the datasets and the views.

An activation of your own is a class, in any module that Python finds, and a line in `ACTIVATIONS`:
the config, the network and the gradient check take it from there. It is all text, so that a config
can be checked without NumPy; a class is imported when a network asks for it.
"""

from importlib import import_module
from typing import Any

from bpnet.errors import BpnetError

ACTIVATIONS = {  # the word of the config: the class with its module
    "relu": "bpnet.layers.activations.Relu",
    "sigmoid": "bpnet.layers.activations.Sigmoid",
}
DIGITS = tuple("0123456789")
DATASETS = {  # the word of the config: the names of the classes; "files" brings its own
    "mnist": DIGITS,
    "fashion-mnist": (
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
        "Ankle boot",
    ),
    "kmnist": ("お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を"),
    "drawn": DIGITS,
    "sketched": DIGITS,
    "files": (),
}  # fmt: skip
VIEWS = ("as-is", "deslanted", "width-18")  # what a network may see of an image


def activation(word: str) -> type[Any]:
    """Return the class of an activation, imported.

    Raises: BpnetError if it cannot be had: the line of the table, or the module itself, is wrong.

    >>> activation("relu").__name__
    'Relu'
    """
    module, _, name = ACTIVATIONS[word].rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except Exception as error:  # the module is anybody's: importing it may raise anything
        raise _not_a_class(word, f"{type(error).__name__}: {error}") from error
    if not isinstance(found, type):
        raise _not_a_class(word, f"it is of type {type(found).__name__}")
    return found


def _not_a_class(word: str, why: str) -> BpnetError:
    return BpnetError(
        f"bpnet/registry.py: {word}: expected a class with its module, got {ACTIVATIONS[word]} "
        f"({why})"
    )
