"""The numerical gradient of the book, without its trap."""

import numpy as np
import pytest

from bpnet.layers import numerical_gradient


def test_it_finds_the_gradient_of_a_function_of_a_matrix_and_puts_the_matrix_back():
    x = np.array([[1.1, 2.3], [3.7, 4.9]])
    before = x.copy()
    gradient = numerical_gradient(lambda x: np.sum(x**3), x)
    assert gradient == pytest.approx(3 * before**2, rel=1e-6)
    assert np.array_equal(x, before)


def test_whole_numbers_are_refused_because_they_would_swallow_the_step():
    with pytest.raises(TypeError, match="int64"):
        numerical_gradient(np.sum, np.array([1, 2, 3]))
