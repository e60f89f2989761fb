"""scikit-learn's MLPClassifier, an epoch at a time."""

import sklearn
from contender import LEARNING_RATE, numpy_build, scaled
from sklearn.neural_network import MLPClassifier


def build():
    """Return the name of the build."""
    return f"scikit-learn {sklearn.__version__}, {numpy_build()}"


class Contender:
    """Plain SGD: no momentum, no weight decay, a constant step."""

    def __init__(self, images, labels, hidden, batch):
        self.x, self.t = scaled(images), labels
        self.model = MLPClassifier(
            (hidden,),
            solver="sgd",
            alpha=0,
            batch_size=batch,
            learning_rate_init=LEARNING_RATE,
            momentum=0,
            nesterovs_momentum=False,
            random_state=0,
        )

    def train_epoch(self):
        self.model.partial_fit(self.x, self.t, classes=range(10))

    scaled = staticmethod(scaled)

    def predict(self, x):
        return self.model.predict(x)
