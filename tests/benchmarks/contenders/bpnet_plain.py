"""bpnet on configs/elastic-800.yaml, without its distortions."""

from dataclasses import replace

from contenders import bpnet_elastic

from bpnet.config import AugmentConfig

build = bpnet_elastic.build


class Contender(bpnet_elastic.Contender):
    """The same training, of the images as they are."""

    def config(self, hidden, batch, settings):
        return replace(super().config(hidden, batch, settings), augment=AugmentConfig())
