"""A picture of a digit -> 28 x 28 pixels in MNIST's own form."""
