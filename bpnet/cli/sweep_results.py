"""What has come out of a sweep: a row for each trial."""

from bpnet.cli.console import echo, echo_all, percent, spread, table
from bpnet.config import combinations, flatten
from bpnet.runs import sweep_rows
from bpnet.runs.sweeps import Sweep


def show(sweep: Sweep, as_json: bool) -> None:
    """Print the table of the trials, and the path of the sweep."""
    keys = combinations.varying(sweep.trials)
    found = list(sweep_rows.rows(sweep))
    rows = [["#", *keys, "validation", "runs"]]
    for number, trial in enumerate(sweep.trials, start=1):
        shares = [
            row.validation_accuracy
            for row in found
            if row.run.trial == number and row.validation_accuracy is not None
        ]
        mean = "-" if not shares else percent(shares[0]) if len(shares) == 1 else spread(shares)
        settings = flatten(trial.config)
        rows.append([str(number), *(str(settings[key]) for key in keys), mean, str(len(shares))])
    echo_all(table(rows))
    echo(sweep.folder)
