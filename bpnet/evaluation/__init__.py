"""How good a network is, and what can be read from its answers."""

from bpnet.evaluation.comparison import (
    SIGNIFICANT,
    holm,
    mcnemar,
    only_right,
    sign_flips,
)
from bpnet.evaluation.scores import (
    Scores,
    answers,
    as_json,
    evaluate,
    evaluate_committee,
    interval,
    recognised,
)
from bpnet.evaluation.selection import against_the_best, by_seeds

__all__ = [
    "SIGNIFICANT",
    "Scores",
    "against_the_best",
    "answers",
    "as_json",
    "by_seeds",
    "evaluate",
    "evaluate_committee",
    "holm",
    "interval",
    "mcnemar",
    "only_right",
    "recognised",
    "sign_flips",
]
