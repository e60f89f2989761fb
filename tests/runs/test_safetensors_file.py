"""A network -> a safetensors file."""

import sys

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load

from bpnet.errors import BpnetError
from bpnet.network import Network
from bpnet.runs import safetensors_file

FACTS = {"classes": '["되", "돼"]', **{f"fact {number}": str(number) for number in range(9)}}


@pytest.fixture
def network(rng):
    network = Network([784, 5, 4, 2], "relu", "float64")
    network.flat[:] = rng.normal(size=network.flat.shape)
    return network


def test_the_parameters_have_pytorchs_names_and_its_order_of_outputs_and_inputs(network):
    found = load(safetensors_file.pack(network, FACTS))
    expected = {
        "0.weight": network.params["W1"].T,
        "0.bias": network.params["b1"],
        "2.weight": network.params["W2"].T,
        "2.bias": network.params["b2"],
        "4.weight": network.params["W3"].T,
        "4.bias": network.params["b3"],
    }
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].dtype == np.float64
        assert np.array_equal(found[name], array), name


def test_it_says_what_goes_in_what_comes_out_and_the_facts(network, tmp_path):
    path = tmp_path / "network"
    path.write_bytes(safetensors_file.pack(network, FACTS))
    with safe_open(path, "numpy") as file:
        assert file.metadata() == {**safetensors_file.FORM, **FACTS}


@pytest.mark.parametrize("length", range(8))
def test_the_numbers_begin_at_a_multiple_of_eight(network, length):
    content = safetensors_file.pack(network, {"fact": "x" * length})
    assert int.from_bytes(content[:8], "little") % 8 == 0
    assert len(load(content)) == 6


def test_equal_networks_give_equal_bytes(network):
    first, second = (safetensors_file.pack(network, FACTS) for _ in range(2))
    assert first == second
    network.flat[0] += 1
    assert safetensors_file.pack(network, FACTS) != first


def test_without_the_package_a_line_says_how_to_get_it(network, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(BpnetError) as caught:
        safetensors_file.pack(network, FACTS)
    assert str(caught.value).startswith("safetensors files are written by safetensors (")
    assert str(caught.value).endswith(f'): pip install "{safetensors_file.PACKAGE}"')
