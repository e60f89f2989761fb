"""Command lines and places that are wrong: refused by the real program, in a line, for nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.helpers.refused import Row, judge, run_all

PATH = "data.dir: expected a path in UTF-8 of at most 4096 characters, without controls"


def wrong(command: str, *told: str) -> Row:
    """Return the row of a wrong command line; | stands between its words."""
    return Row(command[:40], command.split("|"), " ".join(told))


WORDS = [
    wrong("trian", "No such command 'trian'"),
    wrong("test", "No such command 'test'; did you mean bpnet eval?"),
    wrong("tr\nain", r"No such command 'tr\nain'"),
    wrong("--verbose", "No such option"),
    wrong("data|fecth", "No such command 'fecth'"),
    wrong("gradcheck|a\nb", r"extra argument (a\nb)"),
    wrong("config|validate", "No such command 'validate'"),
    wrong("train|mnist", "extra argument (mnist); did you mean --config mnist?"),
    wrong("train|--config|minst", "no config is named 'minst'; did you mean mnist? The names are "),
    wrong("train|--config|mine", "no config is named 'mine'; the names are affine-800, book, "),
    wrong("train|--config|mnist.yaml", "No such file or directory; for the one that comes with "),
    wrong("train|--config|", "no config is named ''; the names are "),
    wrong("train|--config|" + "x" * 5000, "no config is named 'xxx"),
    wrong("train|x.yaml", "extra argument (x.yaml); did you mean --config x.yaml?"),
    wrong("train|" + "x" * 5000, "unexpected extra argument (xxx"),
    wrong("train|--lr|0.1", "No such option '--lr'; use --set train.learning_rate=..."),
    wrong("train|--config", "Option '--config' requires an argument"),
    wrong("train|--resum|x", "No such option '--resum'; did you mean --resume?"),
    wrong("train|--resume|x|--config|c.yaml", "--resume takes no --config"),
    wrong("train|--resume|x|--set|seed=1", "--resume takes no --config, --set"),
    wrong("train|--resume|x|--run-dir|y", "--resume takes no --config, --set, --run-dir"),
    wrong("train|--resume|x|--workers|1", "or --workers: the run has its own"),
    wrong("train|--config|book|--threads|2", "No such option '--threads'; matrix products run on"),
    wrong("train|--config|book|--jobs|2", "--jobs goes with --seeds"),
    wrong("train|--config|./c|--seeds|2|--set|seed", "c: cannot be read"),
    wrong("eval|--split|best", "'--split': 'best' is not one of"),
    wrong("eval|--dataset|emnist", "'--dataset': 'emnist' is not one of"),
    wrong("eval|--dataset|mnist|--split|validation", "--split validation: expected test or train"),
    wrong("eval|--dataset|files", "--dataset files: expected --data-dir DIR as well"),
    wrong("compare|r", "compare: expected at least two runs, got 1"),
    wrong("eval|--json=yes", "'--json' does not take a value"),
    wrong("export|r|a.onnx", "--to: is missing; write --to safetensors or --to onnx"),
    wrong("export|--to|onnx|r", "r: only RUN or FILE? Write both: bpnet export RUN --to onnx FILE"),
    wrong("gradcheck|--set", "Option '--set' requires an argument"),
    wrong("data|fetch|--dataset|minst", "'--dataset': 'minst' is not one of"),
    wrong("data|show|--each|0", "'--each': 0 is not in the range 1<=x<=100"),
    wrong("data|show|--each|101", "'--each': 101 is not in the range"),
    *(
        wrong(f"train|--seeds|{number}", f"'--seeds': {number!r} is not a whole number")
        for number in ("1e3", "nan", "inf", "1_0", "５", " 5 ", "2.0", "0x2", "", "9" * 30)
    ),
    wrong("train|--seeds|1", "'--seeds': 1 is not in the range 2<=x<=1000"),
    wrong("train|--seeds|2|--jobs|-1", "'--jobs': -1 is not in the range 1<=x<=1000"),
    wrong(
        "data|path|--data-dir|",
        f"--set data.dir=: {PATH}, got nothing",
    ),
    wrong(
        "data|path|--data-dir|a\nb",
        rf"{PATH}, got a\nb",
    ),
]


def program(*arguments: str, told: str, status: int = 1, **more) -> Row:
    """Return the row of a command that fails."""
    return Row(" ".join(arguments)[:60], arguments, told, status, **more)


def file(name: str) -> Callable[[Path], object]:
    """Return what makes a file of that name."""
    return lambda folder: (folder / name).write_text("kept\n", encoding="utf-8")


def no_run(folder: Path) -> None:
    (folder / "runs/a/b").mkdir(parents=True)
    (folder / "runs/a/run.json").write_text('{"status": "running"}', encoding="utf-8")


STATES = "".join(
    f"{part}-{kind}-ubyte: {{}}\n"
    for part in ("train", "t10k")
    for kind in ("images-idx3", "labels-idx1")
)
DEEP = "d/" * 1500 + "d"  # more levels than Python's stack has
LONG = "/".join(["dd"] * 1500)
DELETED: Sequence[str] = ("sh", "-c", 'mkdir d && cd d && rmdir ../d && exec "$@"', "sh")

PLACES = [
    program("eval", told="runs: holds no finished run"),
    program("eval", "--split", "train", told="runs: holds no finished run", made=no_run),
    program("eval", "--json", told="runs: holds no finished run", made=file("runs")),
    program("eval", "r", told="r: does not exist"),
    program("eval", "f", told="f: not a run directory", made=file("f")),
    program("eval", "f/g", told="f/g: does not exist", made=file("f")),
    program("eval", ".", told=".: not a run directory: it has no config.yaml"),
    program("eval", "", told=".: not a run directory"),
    program("eval", "a\nb", told=r"Error: a\nb: does not exist"),
    program("eval", "a\udcff", told=r"Error: a\udcff: does not exist"),
    program("eval", "x" * 300, told="cannot be looked for: File name too long"),
    program("eval", DEEP, told="d/d: does not exist"),
    program("eval", "--predictions", "f", told="f: is there already; give another --predictions",
            status=2, made=file("f")),
    program("eval", "--predictions", "x" * 300, told="cannot be looked for: File name too long"),
    program("train", "--resume", DEEP, told="d/d: does not exist"),
    program("config", "check", "--config", DEEP, told="d/d: cannot be read: No such", status=2),
    program("data", "verify", "--data-dir", DEEP, told="d/d/mnist: not every file there is right",
            out=STATES.format(*["missing"] * 4)),
    program("runs", DEEP, told="d/d: no runs", status=0, lines=0, noted=[f"{DEEP}: no runs"]),
    program("runs", LONG, told="dd/dd: no runs", status=0, lines=0, noted=[
        f"{LONG}/config.yaml: cannot be looked for: File name too long; passed over",
        f"{LONG}: no runs",
    ]),
    program("train", "--resume", "r", told="r: does not exist"),
    program("train", "--resume", "f", told="f: not a run directory", made=file("f")),
    *(
        program("train", "--run-dir", "f", "--data-dir", "empty", *seeds, status=2, made=file("f"),
                told="f: is there already; give another --run-dir")  # before any download
        for seeds in ((), ("--seeds", "2"))
    ),
    program("train", "--resume", ".", "--jobs", "2", told="--jobs: . is not a folder of seeds",
            status=2),
    program("data", "path", "--data-dir", "~nobody-here/x", told="data.dir: ~nobody-here/x: "),
    program("data", "fetch", "--data-dir", "~nobody-here/x", told="data.dir: ~nobody-here/x: "),
    program("data", "verify", "--data-dir", "~nobody-here", told="data.dir: ~nobody-here: ",
            environment={"HOME": ""}),
    program("data", "verify", "--data-dir", "f", told="f/mnist: not every file there is right; ",
            made=file("f"), out=STATES.format(*["missing"] * 4)),
    program("data", "verify", "--dataset", "drawn", "--data-dir", "f", told="f/drawn: not every ",
            made=file("f"), out=STATES.format(*["missing or wrong"] * 4)),
    program("data", "show", "--save", "f", told="f: is there already; give another --save",
            status=2, made=file("f")),
    Row("eval in a folder that is gone", ["eval"], "runs: holds no finished run", 1,
        through=DELETED),
    Row("resume in a folder that is gone", ["train", "--resume", "r"], "r: does not exist", 1,
        through=DELETED),
    Row("a config in a folder that is gone", ["train", "--config", "./c"], "c: cannot be read: No",
        through=DELETED),
]  # fmt: skip

ROWS = [*WORDS, *PLACES]


@pytest.fixture(scope="module")
def outcomes(chosen, tmp_path_factory):
    return run_all(chosen(ROWS), tmp_path_factory.mktemp("lines"))


def test_a_wrong_command_line_is_refused_in_a_line_that_says_why(row, outcomes):
    judge(row, outcomes[row.name])
