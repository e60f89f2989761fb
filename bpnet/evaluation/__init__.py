"""How good a network is, and what can be read from its answers."""

from bpnet.evaluation.scores import (
    Scores,
    answers,
    as_json,
    evaluate,
    evaluate_committee,
    interval,
    mcnemar,
    only_right,
)

__all__ = [
    "Scores",
    "answers",
    "as_json",
    "evaluate",
    "evaluate_committee",
    "interval",
    "mcnemar",
    "only_right",
]
