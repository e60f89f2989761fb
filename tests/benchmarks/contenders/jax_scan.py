"""JAX with a whole epoch in one jitted scan."""

import jax
from contenders import jax_step

build = jax_step.build


class Contender(jax_step.Contender):
    """The step of `jax_step`, inside a scan over the batches of an epoch."""

    def __init__(self, images, labels, hidden, batch):
        super().__init__(images, labels, hidden, batch)

        def epoch(parameters, x, t, order):
            def step(parameters, rows):
                return jax_step.updated(parameters, x[rows], t[rows]), None

            return jax.lax.scan(step, parameters, order)[0]

        self.epoch = jax.jit(epoch, donate_argnums=0)

    def train_epoch(self):
        self.parameters = self.epoch(self.parameters, self.x, self.t, self.order())
        jax.block_until_ready(self.parameters)
