"""MNIST by backpropagation: the layers of the book, trained from the command line."""

__version__ = "0.2.0"
