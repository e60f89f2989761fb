"""The layers of the book's chapter 5, and the three functions that stand beside them."""

from bpnet.layers.activations import Relu, Sigmoid
from bpnet.layers.affine import Affine
from bpnet.layers.loss import SoftmaxWithLoss, cross_entropy_error, softmax
from bpnet.layers.nodes import AddLayer, MulLayer
from bpnet.layers.numerical import numerical_gradient

__all__ = [
    "AddLayer",
    "Affine",
    "MulLayer",
    "Relu",
    "Sigmoid",
    "SoftmaxWithLoss",
    "cross_entropy_error",
    "numerical_gradient",
    "softmax",
]
