"""bpnet on configs/elastic-800.yaml, whose width and batches it takes; without its schedule."""

from dataclasses import replace

from contenders import bpnet_trainer
from environments import ROOT

from bpnet import config

build = bpnet_trainer.build


class Contender(bpnet_trainer.Contender):
    """Its images are distorted."""

    def config(self, hidden, batch, settings):
        elastic = config.load(ROOT / "configs" / "elastic-800.yaml", environment={})
        train = replace(elastic.train, epochs=10_000, schedule="constant", **settings)
        return replace(elastic, train=train)
