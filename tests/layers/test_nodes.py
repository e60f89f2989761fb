"""The nodes of the chapter's shopping graph."""

import pytest

from bpnet.layers import AddLayer, MulLayer


def test_two_apples_and_three_oranges_cost_715_and_every_derivative_is_the_books():
    apples, oranges, together, tax = MulLayer(), MulLayer(), AddLayer(), MulLayer()

    apple_price = apples.forward(100, 2)
    orange_price = oranges.forward(150, 3)
    price = tax.forward(together.forward(apple_price, orange_price), 1.1)

    d_all, d_tax = tax.backward(1)
    d_apple_price, d_orange_price = together.backward(d_all)
    d_apple, d_apple_count = apples.backward(d_apple_price)
    d_orange, d_orange_count = oranges.backward(d_orange_price)

    assert price == pytest.approx(715)
    assert (d_apple, d_apple_count) == pytest.approx((2.2, 110))
    assert (d_orange, d_orange_count) == pytest.approx((3.3, 165))
    assert d_tax == 650
