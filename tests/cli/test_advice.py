"""A wrong command line: one line that says what was probably meant."""

from pathlib import Path

import pytest

TRAIN = "the options of bpnet train are --config, --set, "


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("train --lr 0.1", "use --set train.learning_rate=..."),
        ("gradcheck --epochs=3", "use --set train.epochs=..."),
        ("train --epoch 3", "did you mean --epochs?"),
        ("train --batch-size 3", "use --set train.batch_size=..."),
        ("train --learning-rate 3", "use --set train.learning_rate=..."),
        ("train --hidden 3", "use --set network.hidden=..."),
        ("train --seed 3", "use --set seed=..."),
        ("train --dataset drawn", "use --set data.dataset=..."),
        ("train --optimizer adam", "the only optimizer is minibatch SGD; train.momentum adds "),
        ("train --gpu", "bpnet runs on the CPU; "),
        ("train --output-dir x", "the folder of a run is chosen with --run-dir"),
        ("gradcheck --activation relu", "use --set network.activation=..."),
        ("train -c x", "did you mean --config?"),
        ("train --conf x", "did you mean --config?"),
        ("train --resum x", "did you mean --resume?"),
        ("train --rezume x", "did you mean --resume?"),
        ("report --out x", "did you mean --output?"),
        ("train --foo", TRAIN),
        ("train --n-jobs 2", "use --set train.workers=..."),
        ("sweep --n-jobs 2", "did you mean --jobs?"),
        ("sweep --grid-file x", "did you mean --grid?"),
        ("sweep --param_grid x", "did you mean --grid?"),
        ("sweep --fail-fast", "did you mean --stop-on-error?"),
        ("sweep --lr 0.1,0.3", "use --set train.learning_rate=..."),
        ("sweep --dry", "did you mean --dry-run?"),
        ("train --model x", TRAIN),
        ("eval --set seed=1", "the options of bpnet eval are --split, --dataset, "),
        ("eval --batch-size 3", "the options of bpnet eval are --split, --dataset, "),
        ("eval --run x", "write it without --run: bpnet eval RUN"),
        ("runs --dir x", "write it without --dir: bpnet runs DIR"),
        ("--config x train", "it stands after the command: bpnet train --config"),
        ("config --set seed=1 show", "it stands after the command: bpnet config show --set"),
        ("--lr 3", "the options of a command stand after it: bpnet COMMAND --lr"),
    ],
)
def test_an_unknown_option_leads_to_what_does_its_work(bpnet, words, advice):
    option = next(word for word in words.split() if word.startswith("-")).partition("=")[0]
    told = refused(bpnet, words)
    assert told.startswith(f"Error: No such option '{option}'; {advice}")


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("train mnist", "; did you mean --config mnist?"),
        ("train configs/mnist.yaml", "; did you mean --config mnist?"),
        ("train configs/mine.yaml", "; did you mean --config configs/mine.yaml?"),
        ("train folder/book.yaml", "; did you mean --config folder/book.yaml?"),
        ("gradcheck mnist.yml", "; did you mean --config ./mnist.yml?"),
        ("config check here", "; did you mean --config ./here?"),
        ("train folder", "; did you mean --resume folder?"),
        ("train lr=0.1", "; did you mean --set train.learning_rate=0.1?"),
        ("config show network.hidden=30", "; did you mean --set network.hidden=30?"),
        ("gradcheck zzz=1", "; did you mean --set zzz=1?"),
        ("train resume", "; did you mean --resume?"),
        ("data fetch fashion-mnist", "; did you mean --dataset fashion-mnist?"),
        ("data show test", "; did you mean --split test?"),
        ("sweep lr=0.1,0.3", "; did you mean --set train.learning_rate=0.1,0.3?"),
        ("sweep rows.csv", "; did you mean --trials rows.csv?"),
        ("train something", ""),
        ("data path here", ""),
        ("report a here", ""),
    ],
)
def test_an_argument_too_many_leads_to_its_option(bpnet, words, advice):
    Path("here").touch()
    Path("folder").mkdir()
    Path("folder/book.yaml").touch()
    argument = words.split()[-1]
    told = refused(bpnet, words)
    assert told == f"Error: Got unexpected extra argument ({argument}){advice}"


def test_a_list_that_the_shell_has_cut_gets_its_quotes(bpnet):
    assert refused(bpnet, "train --set network.hidden=[300, 30, 10]") == (
        "Error: Got unexpected extra arguments (30, 10]); a value with blanks needs quotes: "
        '--set "network.hidden=[300, 100]"'
    )


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("resume runs/x", "did you mean bpnet train --resume RUN?"),
        ("test", "did you mean bpnet eval?"),
        ("sweeps", "did you mean bpnet sweep?"),
        ("tune", "did you mean bpnet sweep?"),
        ("grid", "did you mean bpnet sweep?"),
        ("list", "did you mean bpnet runs?"),
        ("trian", "did you mean bpnet train?"),
        ("download", "did you mean bpnet data fetch?"),
        ("verify", "did you mean bpnet data verify?"),
        ("show", "did you mean bpnet data show or bpnet config show?"),
        ("help", "did you mean bpnet --help?"),
        ("mine.yaml", "did you mean bpnet train --config mine.yaml?"),
        ("drawn", "did you mean bpnet train --config drawn?"),
        ("configs", "did you mean bpnet config list?"),
        ("data fecth", "did you mean bpnet data fetch?"),
        ("data download", "did you mean bpnet data fetch?"),
        ("config validate", "did you mean bpnet config check?"),
        ("data zzz", "the commands of bpnet data are import, fetch, verify, path, show"),
        ("zzz", "the commands of bpnet are train, sweep, eval, gradcheck, "),
    ],
)
def test_an_unknown_command_leads_to_one_that_is_known(bpnet, words, advice):
    command = next(word for word in words.split() if word not in ("data", "config"))
    assert refused(bpnet, words).startswith(f"Error: No such command {command!r}; {advice}")


def test_what_is_told_of_is_there(bpnet):
    for command in ("config show --set train.epochs=3", "--help", "--version", "train --help"):
        assert bpnet(*command.split()).status == 0


def refused(bpnet, words):
    """Return the error of a command line that is wrong."""
    result = bpnet(*words.split())
    assert (result.status, result.out) == (2, "")
    usage, _, error = result.err.partition("\n\n")
    assert usage.startswith("Usage: bpnet ")
    assert error.count("\n") == 1
    return error.rstrip("\n")
