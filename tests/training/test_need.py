"""How much memory a training needs."""

from dataclasses import replace

import numpy as np

from bpnet.config import AugmentConfig
from bpnet.datasets import idx
from bpnet.datasets.catalogue import NAMES
from bpnet.network import parameters, widths
from bpnet.training import need

IMAGE = 784 + 8  # its bytes and its label


def with_data(config, **data):
    return replace(config, data=replace(config.data, **data))


def of_batch(config, size, **data):
    train = replace(config.train, batch_size=size)
    return need.memory(with_data(replace(config, train=train), **data))


def test_what_is_mixed_takes_memory_for_both_datasets_and_what_they_become(small_config):
    def memory(mix):
        return need.memory(with_data(small_config, mix=mix))

    assert memory(0.5) - memory(0) == (70_000 + 2 * (60_000 - 100)) * IMAGE
    assert memory(0.3) < memory(0.5)


def test_images_that_are_viewed_are_there_twice(small_config):
    def memory(view, **data):
        network = replace(small_config.network, view=view)
        return need.memory(with_data(replace(small_config, network=network), **data))

    assert memory("deslanted") - memory("as-is") == 70_000 * IMAGE
    some = {"train": 3000, "validation": 50}
    assert memory("deslanted", **some) - memory("as-is", **some) == (3000 + 50 + 10_000) * IMAGE


def test_what_was_only_mixed_in_is_gone_when_images_are_viewed(small_config):
    def memory(view, mix):
        network = replace(small_config.network, view=view)
        return need.memory(with_data(replace(small_config, network=network), mix=mix))

    trained = 2 * (60_000 - 100)
    more = trained + 100 + 10_000 - 70_000  # than the other dataset has
    assert memory("deslanted", 0.5) - memory("as-is", 0.5) == more * IMAGE
    assert memory("deslanted", 0.01) - memory("as-is", 0.01) == round(59_900 / 99) * IMAGE


def test_workers_take_memory_for_the_gradients_of_each_and_all_that_they_share(small_config):
    def memory(workers):
        train = replace(small_config.train, workers=workers, momentum=0.9)
        return need.memory(replace(small_config, train=train))

    array = 4 * parameters(widths(small_config))
    assert 4 * array <= memory(2) - memory(1) < 4 * array + 1000
    assert array <= memory(3) - memory(2) < array + 1000


def test_a_batch_takes_memory_for_no_more_images_than_there_are(small_config):
    everything = 60_000 - 100
    assert of_batch(small_config, 50_000) < of_batch(small_config, everything)
    assert of_batch(small_config, 1_000_000) == of_batch(small_config, everything)
    assert of_batch(small_config, 1_000_000, train=3000) == of_batch(small_config, 3000)
    mixed = of_batch(small_config, 1_000_000, train=3000, mix=0.25)
    assert mixed == of_batch(small_config, 4000, train=3000, mix=0.25)


def test_distorted_images_take_two_more_arrays(small_config):
    distorted = replace(small_config, augment=AugmentConfig(rotation=5.0))
    more = of_batch(distorted, 50_000) - of_batch(small_config, 50_000)
    assert more == 2 * 50_000 * 784 * 4


def test_of_own_files_the_headers_say_how_many_images_there_are(small_config, tmp_path):
    for name, count in zip(NAMES, (30, 30, 20, 20), strict=True):
        form = (count, 28, 28) if "images" in name else (count,)
        (tmp_path / name).write_bytes(idx.encode(np.zeros(form, np.uint8)))
    own = {"dataset": "files", "dir": str(tmp_path), "validation": 5, "classes": ("a", "b")}
    memory = of_batch(small_config, 25, **own)
    assert memory == of_batch(small_config, 1_000_000, **own)
    none = replace(small_config, network=replace(small_config.network, hidden=(16,)))
    assert memory < of_batch(none, 25)
