"""Section 5.7.4: the training of a network, as a generator of epoch records."""
