"""PyTorch as its tutorials write it: modules, autograd, torch.optim.SGD."""

import torch
from contender import LEARNING_RATE
from torch import nn


def build():
    """Return the name of the build."""
    return f"PyTorch {torch.__version__}"


class Contender:
    """The images lie in memory as float32; a batch is gathered by index."""

    def __init__(self, images, labels, hidden, batch):
        torch.manual_seed(0)
        self.x = self._scaled(images)
        self.t = torch.tensor(labels, dtype=torch.int64)
        self.batch = batch
        self.test = None  # the test images, scaled once
        self.model = nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))
        self.loss = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=LEARNING_RATE)

    def _scaled(self, images):
        return torch.tensor(images).float().div_(255)

    def train_epoch(self):
        for rows in torch.randperm(len(self.x)).split(self.batch):
            self.step(self.x[rows], self.t[rows])

    def step(self, x, t):
        self.optimizer.zero_grad()
        self.loss(self.model(x), t).backward()
        self.optimizer.step()

    def predict(self, images):
        with torch.no_grad():
            if self.test is None:
                self.test = self._scaled(images)
            return self.model(self.test).argmax(dim=1).numpy()
