"""The configuration: YAML text -> a frozen, checked `Config`, and back."""

from bpnet.config.reading import load, read
from bpnet.config.schema import (
    AugmentConfig,
    Config,
    DataConfig,
    NetworkConfig,
    TrainConfig,
    flatten,
)
from bpnet.config.writing import dump

__all__ = [
    "AugmentConfig",
    "Config",
    "DataConfig",
    "NetworkConfig",
    "TrainConfig",
    "dump",
    "flatten",
    "load",
    "read",
]
