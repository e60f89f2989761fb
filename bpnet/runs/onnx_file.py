"""A network -> an ONNX file: a graph that takes bytes, as MNIST has them, and gives probabilities.

pixels = Cast(images)           uint8 (N, 784) -> the dtype of the run
x = pixels * (1 / 255)          as in `datasets.splits.scaled`, to the last bit
a1 = x W1 + b1,  z1 = h(a1)     and so on, by the names of the book
probabilities = softmax(a2)     (N, C)
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from bpnet import __version__
from bpnet.errors import BpnetError
from bpnet.network import Network

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

PACKAGE = "onnx>=1.16"
OPERATORS = {"relu": "Relu", "sigmoid": "Sigmoid"}  # the word of the config: the one of ONNX
OPSET, IR_VERSION = 13, 7  # of 2020: old programs read it too, and the newer ones add nothing here
LARGEST = 2**31 - 2**20  # bytes of weights: a file of protobuf's ends at 2 GB
FORM = {
    "inputs": "images: uint8 (N, 784), the 28 rows of 28 pixels one after the other, ink 255 on 0",
    "outputs": "probabilities (N, classes)",
}


def pack(network: Network, activation: str, facts: Mapping[str, str]) -> bytes:
    """Return the file; equal networks and facts give equal bytes.

    Raises: BpnetError if ONNX has no operator for the activation, or cannot hold so many weights,
    or if the package is missing.
    """
    _refuse_unknown(network, activation)
    try:
        from onnx import checker, helper
    except ImportError as error:
        raise BpnetError(
            f'ONNX files are written by onnx ({error}): pip install "{PACKAGE}"'
        ) from error
    model = helper.make_model(
        _graph(network, OPERATORS[activation]),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="bpnet",
        producer_version=__version__,
    )
    helper.set_model_props(model, {**FORM, **facts})
    content: bytes = model.SerializeToString()
    try:
        checker.check_model(content)
    except checker.ValidationError as error:
        told = f"{OPERATORS[activation]}: not as ONNX has it: {str(error).splitlines()[0]}"
        raise BpnetError(f"network.activation: {activation}: {told}") from error
    return content


def _refuse_unknown(network: Network, activation: str) -> None:
    if activation not in OPERATORS:
        raise BpnetError(
            f"network.activation: {activation}: no operator of ONNX is known for it, only for "
            f"{' and '.join(OPERATORS)}; export it --to safetensors, or give it a line in "
            "OPERATORS of bpnet/runs/onnx_file.py"
        )
    if network.flat.nbytes > LARGEST:
        raise BpnetError(
            f"{network.flat.nbytes / 1e9:.1f} GB of weights: an ONNX file holds less than 2 GB; "
            "export it --to safetensors"
        )


def _graph(network: Network, operator: str) -> "GraphProto":
    from onnx import TensorProto, helper, numpy_helper

    dtype = network.flat.dtype
    number = helper.np_dtype_to_tensor_dtype(dtype)
    constants = {"scale": np.array(1 / 255, dtype), **network.params}
    inputs, *_, classes = network.widths
    return helper.make_graph(
        list(_nodes(len(network.affines), number, operator)),
        "network",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["N", inputs])],
        [helper.make_tensor_value_info("probabilities", number, ["N", classes])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )


def _nodes(layers: int, number: int, operator: str) -> "Iterator[NodeProto]":
    """Yield the steps of the graph, in the numbers of this type."""
    from onnx.helper import make_node

    yield make_node("Cast", ["images"], ["pixels"], to=number)
    yield make_node("Mul", ["pixels", "scale"], ["x"])
    x = "x"
    for n in range(1, layers + 1):
        yield make_node("Gemm", [x, f"W{n}", f"b{n}"], [f"a{n}"])
        if n < layers:
            yield make_node(operator, [f"a{n}"], [f"z{n}"])
        x = f"z{n}"
    yield make_node("Softmax", [f"a{layers}"], ["probabilities"], axis=1)
