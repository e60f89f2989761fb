"""Pictures as files, made by Pillow."""

import io
from typing import Any


def saved(image: Any, form: str = "PNG", **options: Any) -> bytes:
    """Return Pillow's image as the content of a file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
