"""Values of a config that each are as they should be, and do not go together."""

from collections.abc import Iterator

from bpnet.config.schema import INPUTS, LARGEST_SEED, Config


def within(config: Config) -> Iterator[str]:
    """Yield what is wrong with any config, also one that a run keeps."""
    yield from _endless_warmup(config)
    yield from _mixing(config)
    yield from _classes(config)


def within_new(config: Config) -> Iterator[str]:
    """Yield what is wrong with the config of what is to begin."""
    yield from within(config)
    yield from _outer_layers(config)


def of_seeds(first: int, count: int) -> Iterator[str]:
    """Yield what is wrong with so many seeds, from the first on."""
    if first + count - 1 > LARGEST_SEED:
        yield f"{count} from {first} on go above {LARGEST_SEED}"


def _endless_warmup(config: Config) -> Iterator[str]:
    warmup, epochs = config.train.warmup, config.train.epochs
    if warmup > epochs:
        yield f"train.warmup: expected at most train.epochs, {epochs}, got {warmup:g}"


def _mixing(config: Config) -> Iterator[str]:
    share, dataset = config.data.mix, config.data.dataset
    if share and dataset not in ("mnist", "drawn"):  # no digits, or the same once more
        told = f"expected 0 with data.dataset {dataset}, got {share:g}: --set data.mix=0"
        yield f"data.mix: {told}"


def _classes(config: Config) -> Iterator[str]:
    """Yield names for what has names of its own, or names that do not tell classes apart."""
    names, dataset = config.data.classes, config.data.dataset
    if names and dataset != "files":
        yield f"data.classes: expected [] with data.dataset {dataset}: it is for files"
    elif len(names) == 1 or len(set(names)) < len(names):
        told = f"expected the names of at least 2 classes, all different, got {list(names)}"
        yield f"data.classes: {told}"


def _outer_layers(config: Config) -> Iterator[str]:
    """Yield inputs and outputs among the hidden layers; runs of earlier versions may have them."""
    hidden, outputs = config.network.hidden, len(config.data.names)
    if len(hidden) > 1 and (hidden[0], hidden[-1]) == (INPUTS, outputs):
        yield (
            f"network.hidden: expected the hidden layers only, {list(hidden[1:-1])}: the "
            f"{INPUTS} inputs and {outputs} outputs are always there, got {list(hidden)}"
        )
