"""A network -> a safetensors file, by PyTorch's names and in its order.

`nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))` calls its parameters 0.weight
(out, in), 0.bias (out,), 2.weight and 2.bias.
"""

import json
from collections.abc import Mapping

import numpy as np

from bpnet.errors import BpnetError
from bpnet.network import Network

PACKAGE = "safetensors>=0.4"
FORM = {
    "inputs": "(N, 784), the 28 rows of 28 pixels one after the other, ink 255 on 0, pixels / 255",
    "outputs": "scores (N, classes); their softmax is the probabilities",
}


def pack(network: Network, facts: Mapping[str, str]) -> bytes:
    """Return the file; equal networks and facts give equal bytes.

    Raises: BpnetError if the package is missing.
    """
    try:
        from safetensors.numpy import save
    except ImportError as error:
        raise BpnetError(
            f'safetensors files are written by safetensors ({error}): pip install "{PACKAGE}"'
        ) from error
    tensors = {}
    for place, affine in enumerate(network.affines):
        tensors[f"{2 * place}.weight"] = np.ascontiguousarray(affine.W.T)
        tensors[f"{2 * place}.bias"] = affine.b
    return with_metadata(save(tensors), {**FORM, **facts})


def with_metadata(content: bytes, facts: Mapping[str, str]) -> bytes:
    """Return the file with the facts at its head.

    The package itself writes metadata in an order that is another each time. The head is JSON, with
    its length in eight bytes before it, and ends at a multiple of eight.
    """
    end = 8 + int.from_bytes(content[:8], "little")
    head = {"__metadata__": dict(facts), **json.loads(content[8:end])}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, memoryview(content)[end:]])
