"""PyTorch as its tutorials write it: modules, autograd, torch.optim.SGD."""

import re

import torch
from contender import LEARNING_RATE
from torch import nn

LIBRARIES = {"MKL": r"Math Kernel Library Version ([\d.]+)", "oneDNN": r"MKL-DNN v([\d.]+)"}


def build():
    """Return the name of the build, and of the libraries in it."""
    shown = torch.__config__.show()
    inside = [f"{name} {v}" for name, text in LIBRARIES.items() for v in re.findall(text, shown)]
    return ", ".join(
        [f"PyTorch {torch.__version__}", *inside, f"threads: {torch.get_num_threads()}"]
    )


class Contender:
    """The images lie in memory as float32; a batch is gathered by index."""

    def __init__(self, images, labels, hidden, batch):
        torch.manual_seed(0)
        self.x = self.scaled(images)
        self.t = torch.tensor(labels, dtype=torch.int64)
        self.batch = batch
        self.model = nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))
        self.loss = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=LEARNING_RATE)

    def scaled(self, images):
        return torch.tensor(images).float().div_(255)

    def train_epoch(self):
        for rows in torch.randperm(len(self.x)).split(self.batch):
            self.step(self.x[rows], self.t[rows])

    def step(self, x, t):
        self.optimizer.zero_grad()
        self.loss(self.model(x), t).backward()
        self.optimizer.step()

    def predict(self, x):
        with torch.no_grad():
            return self.model(x).argmax(dim=1).numpy()
