"""How good a network is, and what can be read from its answers."""

from bpnet.evaluation.comparison import holm, mcnemar, only_right
from bpnet.evaluation.scores import (
    Scores,
    answers,
    as_json,
    evaluate,
    evaluate_committee,
    interval,
)

__all__ = [
    "Scores",
    "answers",
    "as_json",
    "evaluate",
    "evaluate_committee",
    "holm",
    "interval",
    "mcnemar",
    "only_right",
]
