"""The two nodes of a computational graph that take two values: multiplication and addition.

They take numbers or arrays of one shape; broadcasting is the business of `Affine`.
"""

from typing import Any


class MulLayer:
    """z = x * y; backwards, each input receives dout times the other input.

    Source: section 5.4.1, the multiplication layer (곱셈 계층).

    >>> apple, tax = MulLayer(), MulLayer()
    >>> tax.forward(apple.forward(100, 2), 1.5)
    300.0
    >>> d_apples, d_tax = tax.backward(1)
    >>> apple.backward(d_apples), d_tax
    ((3.0, 150.0), 200)
    """

    x: Any
    y: Any

    def forward(self, x: Any, y: Any) -> Any:
        """Return x * y."""
        self.x = x
        self.y = y
        return x * y

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """Return (dL/dx, dL/dy) = (dout * y, dout * x)."""
        return dout * self.y, dout * self.x


class AddLayer:
    """z = x + y; backwards, both inputs receive dout as it is.

    Source: section 5.4.2, the addition layer (덧셈 계층).

    >>> layer = AddLayer()
    >>> layer.forward(200, 450), layer.backward(1.5)
    (650, (1.5, 1.5))
    """

    def forward(self, x: Any, y: Any) -> Any:
        """Return x + y."""
        return x + y

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """Return (dL/dx, dL/dy) = (dout, dout)."""
        return dout, dout
