"""PyTorch with its model, loss, and optimizer step compiled."""

import torch
from contenders import pytorch_eager

build = pytorch_eager.build


class Contender(pytorch_eager.Contender):
    """Forward and backward are one compiled graph, the optimizer's step another."""

    def __init__(self, images, labels, hidden, batch):
        super().__init__(images, labels, hidden, batch)
        self.compiled_loss = torch.compile(lambda x, t: self.loss(self.model(x), t))
        self.compiled_update = torch.compile(self.optimizer.step)

    def step(self, x, t):
        self.optimizer.zero_grad()
        self.compiled_loss(x, t).backward()
        self.compiled_update()
