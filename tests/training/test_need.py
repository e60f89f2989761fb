"""How much memory a training needs."""

from dataclasses import replace

from bpnet.network import parameters, widths
from bpnet.training import need


def test_what_is_mixed_takes_memory_for_both_datasets_and_what_they_become(small_config):
    def memory(mix):
        return need.memory(replace(small_config, data=replace(small_config.data, mix=mix)))

    image = 784 + 8  # its bytes and its label
    assert memory(0.5) - memory(0) == 3 * 70_000 * image
    assert memory(0.3) < memory(0.5)


def test_workers_take_memory_for_the_gradients_of_each_and_all_that_they_share(small_config):
    def memory(workers):
        train = replace(small_config.train, workers=workers, momentum=0.9)
        return need.memory(replace(small_config, train=train))

    array = 4 * parameters(widths(small_config))
    assert 4 * array <= memory(2) - memory(1) < 4 * array + 1000
    assert array <= memory(3) - memory(2) < array + 1000
