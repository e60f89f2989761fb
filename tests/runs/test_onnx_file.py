"""A network -> an ONNX file."""

import sys

import numpy as np
import onnx
import pytest

from bpnet.errors import BpnetError
from bpnet.network import Network
from bpnet.runs import onnx_file

FACTS = {"classes": '["되", "돼"]', "run": "a"}


@pytest.fixture
def network(rng):
    network = Network([784, 5, 4, 2], "sigmoid", "float32")
    network.initialize("xavier", rng)
    return network


@pytest.fixture
def model(network):
    return onnx.load_from_string(onnx_file.pack(network, "sigmoid", FACTS))


def test_the_checker_finds_it_right_and_it_is_of_an_old_version(model):
    onnx.checker.check_model(model, full_check=True)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 13)]
    assert model.ir_version == 7
    assert model.producer_name == "bpnet"


def shape(value):
    tensor = value.type.tensor_type
    sizes = [size.dim_param or size.dim_value for size in tensor.shape.dim]
    return value.name, onnx.TensorProto.DataType.Name(tensor.elem_type), sizes


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_any_number_of_images_of_bytes_become_probabilities_of_the_dtype(dtype):
    content = onnx_file.pack(Network([784, 5, 3], "relu", dtype), "relu", {})
    graph = onnx.load_from_string(content).graph
    assert list(map(shape, graph.input)) == [("images", "UINT8", ["N", 784])]
    number = {"float32": "FLOAT", "float64": "DOUBLE"}[dtype]
    assert list(map(shape, graph.output)) == [("probabilities", number, ["N", 3])]


def test_the_steps_are_the_layers_and_their_parameters_have_the_books_names(model, network):
    steps = [node.op_type for node in model.graph.node]
    layers = ["Gemm", "Sigmoid", "Gemm", "Sigmoid", "Gemm"]
    assert steps == ["Cast", "Mul", *layers, "Softmax"]
    scale, *parameters = model.graph.initializer
    assert onnx.numpy_helper.to_array(scale) == np.float32(1 / 255)
    assert [parameter.name for parameter in parameters] == list(network.params)
    for parameter in parameters:
        found = onnx.numpy_helper.to_array(parameter)
        assert np.array_equal(found, network.params[parameter.name])
        assert found.dtype == np.float32


def test_it_says_what_goes_in_what_comes_out_and_the_facts(model):
    said = {entry.key: entry.value for entry in model.metadata_props}
    assert said == {**onnx_file.FORM, **FACTS}
    assert said["inputs"].startswith("images: uint8 (N, 784)")


def test_equal_networks_give_equal_bytes(network):
    first, second = (onnx_file.pack(network, "sigmoid", FACTS) for _ in range(2))
    assert first == second
    network.flat[0] += 1
    assert onnx_file.pack(network, "sigmoid", FACTS) != first


def test_an_activation_that_onnx_is_not_told_of_is_refused(network):
    with pytest.raises(BpnetError) as caught:
        onnx_file.pack(network, "tanh", FACTS)
    (line,) = caught.value.lines
    assert line.startswith("network.activation: tanh: no operator of ONNX is known for it, only ")
    assert " for relu and sigmoid; " in line
    assert "--to safetensors" in line


def test_an_activation_of_ones_own_is_written_if_its_operator_is_one_of_onnx(network, monkeypatch):
    monkeypatch.setitem(onnx_file.OPERATORS, "tanh", "Tanh")
    onnx_file.pack(network, "tanh", FACTS)
    monkeypatch.setitem(onnx_file.OPERATORS, "tanh", "tanh")
    with pytest.raises(BpnetError, match="^network.activation: tanh: tanh: not as ONNX has it: ."):
        onnx_file.pack(network, "tanh", FACTS)


def test_more_weights_than_such_a_file_holds_are_refused(network, monkeypatch):
    monkeypatch.setattr(onnx_file, "LARGEST", network.flat.nbytes)
    onnx_file.pack(network, "sigmoid", FACTS)
    monkeypatch.setattr(onnx_file, "LARGEST", network.flat.nbytes - 1)
    with pytest.raises(BpnetError, match="an ONNX file holds less than 2 GB; .*safetensors$"):
        onnx_file.pack(network, "sigmoid", FACTS)


def test_without_the_package_a_line_says_how_to_get_it(network, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(BpnetError) as caught:
        onnx_file.pack(network, "sigmoid", FACTS)
    assert str(caught.value).startswith("ONNX files are written by onnx (")
    assert str(caught.value).endswith(f'): pip install "{onnx_file.PACKAGE}"')
