"""The fingerprint of the arithmetic: other kernels, or other threads, give another."""

import os
import platform
import re
import subprocess
import sys

import pytest

FINGERPRINT = """
from bpnet.training.arithmetic import fingerprint
print(fingerprint("float32"), fingerprint("float64"))
"""


def fingerprints(**variables):
    """Return the fingerprints of both dtypes, in a process with these variables."""
    process = subprocess.run(
        [sys.executable, "-P", "-c", FINGERPRINT],
        env=os.environ
        | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout.split()


def openblas_on(machine):
    import numpy as np

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    return "openblas" in blas and platform.machine() == machine


@pytest.fixture(scope="module")
def usual():
    return fingerprints()


def test_it_is_the_same_in_every_process_and_one_for_each_dtype(usual):
    assert fingerprints() == usual
    assert len(set(usual)) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", found) for found in usual)


@pytest.mark.skipif(
    not openblas_on("x86_64") or (os.cpu_count() or 1) < 2,
    reason="needs OpenBLAS, and two processors",
)
def test_two_threads_have_another_than_one(usual):
    assert not set(fingerprints(OPENBLAS_NUM_THREADS="2")) & set(usual)


@pytest.mark.skipif(not openblas_on("x86_64"), reason="needs OpenBLAS on an x86 processor")
def test_the_kernels_of_another_processor_have_another(usual):
    others = [fingerprints(OPENBLAS_CORETYPE=name) for name in ("Sandybridge", "Nehalem")]
    for mine, sandybridge, nehalem in zip(usual, *others, strict=True):
        assert mine != sandybridge or mine != nehalem  # one of them may be this very processor
