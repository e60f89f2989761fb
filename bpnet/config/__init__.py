"""The configuration: YAML text -> a frozen, checked `Config`, and back."""

from bpnet.config.reading import load
from bpnet.config.schema import Config, DataConfig, NetworkConfig, TrainConfig, flatten
from bpnet.config.writing import dump

__all__ = ["Config", "DataConfig", "NetworkConfig", "TrainConfig", "dump", "flatten", "load"]
