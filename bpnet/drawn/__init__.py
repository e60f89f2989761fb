"""Digits drawn by the program itself: a stand-in for MNIST without a network."""

from bpnet.drawn.pen import draw

VERSION = 1

__all__ = ["VERSION", "draw"]
