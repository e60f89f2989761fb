"""The keys of the config: each with its rule and its default, nowhere else."""

from dataclasses import dataclass, field, fields, is_dataclass
from operator import attrgetter
from typing import Annotated, Any, get_type_hints

from bpnet.config.rules import Either, Folder, ListOf, Name, OneOf, Positive, Real, Rule, Whole
from bpnet.registry import ACTIVATIONS, DATASETS, DIGITS, VIEWS

LARGEST_SEED = 2**32 - 1
INPUTS = 784  # always there; the data have them too
MOST_IMAGES, MOST_CLASSES, MOST_EPOCHS = 1_000_000, 256, 10_000
CLASS_NAME = Name(32)


@dataclass(frozen=True)
class DataConfig:
    """Which images, from where, and how many are held out to choose by."""

    dataset: Annotated[str, OneOf(tuple(DATASETS))] = "mnist"
    dir: Annotated[str, Folder()] = "data"
    validation: Annotated[int, Whole(0, MOST_IMAGES - 1)] = 10_000
    train: Annotated[int, Whole(0, MOST_IMAGES)] = 0  # the first N of the others; 0 is all of them
    mix: Annotated[float, Real(0, 0.5)] = 0.0  # the share of the training images that is sketched
    classes: Annotated[tuple[str, ...], ListOf(CLASS_NAME, MOST_CLASSES)] = ()  # of own files

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the outputs.

        Those of own files are known once these have been looked into: `datasets.completed`.
        """
        return self.classes or DATASETS[self.dataset]

    @property
    def of_digits(self) -> bool:
        """Whether each class is a digit, by its name."""
        return set(self.names) <= set(DIGITS)


@dataclass(frozen=True)
class NetworkConfig:
    """Affine, activation, Affine, ..., SoftmaxWithLoss."""

    hidden: Annotated[tuple[int, ...], ListOf(Whole(1, 10_000), longest=16)] = (100,)
    activation: Annotated[str, OneOf(tuple(ACTIVATIONS))] = "relu"
    init: Annotated[str | float, Either(OneOf(("he", "xavier")), Positive(10))] = "he"
    view: Annotated[str, OneOf(VIEWS)] = "as-is"  # what the network sees of an image


@dataclass(frozen=True)
class TrainConfig:
    """Minibatch SGD."""

    epochs: Annotated[int, Whole(1, MOST_EPOCHS)] = 20
    batch_size: Annotated[int, Whole(1, MOST_IMAGES)] = 100
    learning_rate: Annotated[float, Positive(1_000_000)] = 0.1
    schedule: Annotated[str, OneOf(("constant", "cosine"))] = "constant"
    floor: Annotated[float, Real(0, 1)] = 0.0  # the share of learning_rate that it falls to
    warmup: Annotated[float, Real(0, 10_000)] = 0.0  # epochs in which the learning rate rises
    momentum: Annotated[float, Real(0, 0.999)] = 0.0
    average: Annotated[float, Real(0, 0.99999)] = 0.0  # of the weights: how much of it a step keeps
    label_smoothing: Annotated[float, Real(0, 0.9)] = 0.0
    dtype: Annotated[str, OneOf(("float32", "float64"))] = "float32"
    workers: Annotated[int, Whole(1, 64)] = 1  # processes that share each batch


@dataclass(frozen=True)
class AugmentConfig:
    """How far each image may be distorted, drawn afresh in every epoch; 0 is not at all."""

    rotation: Annotated[float, Real(0, 180)] = 0.0  # degrees, to either side
    scaling: Annotated[float, Real(0, 90)] = 0.0  # per cent of the height, and of the width
    shear: Annotated[float, Real(0, 80)] = 0.0  # degrees
    shift: Annotated[float, Real(0, 28)] = 0.0  # pixels
    alpha: Annotated[float, Real(0, 1000)] = 0.0  # of the elastic field: its strength
    sigma: Annotated[float, Real(0.5, 28)] = 4.0  # and its smoothness, in pixels
    calm: Annotated[float, Real(0, 1)] = 0.0  # the share of the epochs, the last, with half of it


@dataclass(frozen=True)
class Config:
    """Everything a run depends on, beside the data themselves."""

    seed: Annotated[int, Whole(0, LARGEST_SEED)] = 0
    data: DataConfig = field(default_factory=DataConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)


# Keys that the runs of earlier versions have, each with its rule: no new run has them.
EARLIER: dict[str, Rule] = {"train.threads": Whole(1, 1024)}  # of each matrix product, by default 1


def rules(section: Any = Config, prefix: str = "") -> dict[str, Rule]:
    """Return the rule of each key, by its full name.

    >>> print(rules()["train.epochs"])
    a whole number from 1 to 10000
    """
    found: dict[str, Rule] = {}
    for name, hint in get_type_hints(section, include_extras=True).items():
        if is_dataclass(hint):
            found |= rules(hint, f"{prefix}{name}.")
        else:
            found[prefix + name] = hint.__metadata__[0]
    return found


def build(values: dict[str, Any], section: Any = Config, prefix: str = "") -> Any:
    """Return the section with these values, by their full names, and defaults for the rest.

    >>> build({"train.epochs": 3}).train.epochs
    3
    """
    parts: dict[str, Any] = {}
    for part in fields(section):
        name = prefix + part.name
        if is_dataclass(part.type):
            parts[part.name] = build(values, part.type, f"{name}.")
        elif name in values:
            parts[part.name] = values[name]
    return section(**parts)


def flatten(config: Config) -> dict[str, Any]:
    """Return every value by its full name.

    >>> flatten(Config())["network.hidden"]
    (100,)
    """
    return dict(zip(_NAMES, _VALUES(config), strict=True))


_NAMES = tuple(rules())
_VALUES = attrgetter(*_NAMES)  # 10,000 combinations are flattened at once
