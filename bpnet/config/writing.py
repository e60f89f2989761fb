"""A `Config` -> YAML text that loads back as it is."""

from dataclasses import asdict

import yaml

from bpnet.config.schema import Config


class Dumper(yaml.SafeDumper):
    """Mappings in block form, in the schema's order; lists in one line."""


Dumper.add_representer(
    tuple,
    lambda dumper, values: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", values, flow_style=True
    ),
)


def dump(config: Config) -> str:
    """Return every key of the config with its value."""
    return yaml.dump(asdict(config), Dumper=Dumper, sort_keys=False, allow_unicode=True)
