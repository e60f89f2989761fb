"""sweep.yaml: it comes back as it was written, and what is not so is told with its place."""

from dataclasses import replace

import pytest

from bpnet import __version__
from bpnet.config import Config, DataConfig, combinations, load, sweep_file
from bpnet.config.schema import LARGEST_SEED
from tests.helpers.spoiling import mutated

ODD = ("no", "null", "~", "a, b", "it's", "[x]", "{y}", "7", "1e3", "#z", "밑바닥", "- a", "👍")
BASE = load(None, ["data.dataset=files", "train.epochs=3", "seed=7"], {})
TRIALS = combinations.trials(
    BASE,
    ["train.learning_rate=1e-5,0.1", "network.hidden=[300, 100],[]", "network.init=he,0.01"],
    environment={},
)
TEXT = sweep_file.dump(__version__, TRIALS[0].config, TRIALS, 7, 3)


def read(text):
    return sweep_file.read(text if isinstance(text, bytes) else text.encode())


def test_what_is_written_reads_back():
    assert read(TEXT) == (TRIALS, 7, 3)


def test_a_sweep_is_readable_for_people():
    assert TEXT.startswith(f"bpnet: {__version__}\nfirst_seed: 7\nseeds: 3\nconfig:\n  seed: 7\n")
    assert TEXT.endswith(
        "- {train.learning_rate: 0.1, network.hidden: [], network.init: he}\n"
        "- {train.learning_rate: 0.1, network.hidden: [], network.init: 0.01}\n"
    )


@pytest.mark.parametrize("key", ["data.dir", "data.classes"])
def test_texts_that_yaml_would_read_otherwise_read_back(key):
    values = [name if key == "data.dir" else (name, "other") for name in ODD]
    configs = [
        replace(BASE, data=replace(BASE.data, **{key.removeprefix("data."): value}))
        for value in values
    ]
    trials = [
        combinations.Trial({key: value}, one) for value, one in zip(values, configs, strict=True)
    ]
    assert read(sweep_file.dump("1.0", configs[0], trials, 0, 1)) == (trials, 0, 1)


def test_own_keys_of_the_base_stay_where_a_trial_sets_none():
    trials = combinations.trials(Config(data=DataConfig(dir="x, y")), ["train.epochs=1,2"])
    assert read(sweep_file.dump("1.0", trials[1].config, trials, 0, 1))[0] == trials


HEAD, ROWS = TEXT.partition("trials:\n")[::2]
FIRST = ROWS.partition("\n")[0]
LINES = 1 + TEXT[: TEXT.index(FIRST)].count("\n")  # of the first trial


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ("", "line 1, column 1: expected the keys bpnet, first_seed, seeds, config, trials"),
        ("- a\n", "line 1, column 1: expected the keys bpnet, "),
        (HEAD, "line 1, column 1: lacks trials"),
        (f"{HEAD}trials: []\n", "trials: expected a list of 1 to 10000"),
        (f"{HEAD}trials: 3\n", "trials: expected a list of 1 to 10000"),
        (f"{HEAD}trials:\n- 3\n", f"line {LINES}, column 3: expected a mapping of keys to values"),
        (f"{TEXT}more: 3\n", "trials, each once, got more"),
        (f"{TEXT}seeds: 3\n", "each once, got seeds"),
        (TEXT.replace("seeds: 3", "seeds: 0"), "line 3, column 8: seeds: expected a whole"),
        (TEXT.replace("seeds: 3", "seeds: 1001"), "line 3, column 8: seeds: expected a whole"),
        (TEXT.replace("first_seed: 7", f"first_seed: {LARGEST_SEED}"),
         f"line 3, column 8: seeds: 3 from {LARGEST_SEED} on go above {LARGEST_SEED}"),
        (TEXT.replace("epochs: 3", "epochs: 0"), "train.epochs: expected a whole number from 1"),
        (TEXT.replace("  epochs: 3", "  epochz: 3"), "train.epochz: unknown key; did you mean"),
        (TEXT.replace("warmup: 0.0", "warmup: 4"),
         f"line {LINES}, column 3: train.warmup: expected at most train.epochs, 3, got 4"),
        (TEXT.replace(FIRST, "- {train.learning_rate: 0}"),
         f"line {LINES}, column 25: train.learning_rate: expected a number above 0"),
        (TEXT.replace(FIRST, "- {lr: 1}"), f"line {LINES}, column 4: lr: unknown key; "),
        (TEXT.replace(FIRST, "- {}"), f"line {LINES + 1}, column 3: expected no keys, as in the"),
        (f"{HEAD}trials:\n- {{seed: 1}}\n", "seed: the seeds are the same for all trials"),
        (TEXT.replace(FIRST, "- &a {}"), f"line {LINES}, column 3: anchors and aliases (& and *)"),
        (TEXT.replace(FIRST, "- !!map {}"), f"line {LINES}, column 3: tags (!) are not allowed"),
        (f"{TEXT}---\n{TEXT}", "a second document"),
        (f"{HEAD}trials: {'[' * 50}", "nested too deep"),
        (TEXT.encode("utf-16"), "line 1, column 1: not UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_bpnet_has_not_written_so_is_refused_with_its_place(spoilt, told):
    with pytest.raises(ValueError, match="^line ") as refused:
        read(spoilt)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "has written it" not in str(refused.value)


def test_more_trials_than_a_sweep_may_have_are_refused(monkeypatch):
    monkeypatch.setattr(sweep_file, "MOST_TRIALS", len(TRIALS))
    assert read(TEXT)[0] == TRIALS
    with pytest.raises(ValueError, match=r"line 39, column 1: trials: expected a list of 1 to 8$"):
        read(f"{TEXT}{FIRST}\n")


def test_a_sweep_of_a_later_version_with_a_key_that_is_not_known_is_told():
    later = TEXT.replace(f"bpnet: {__version__}", "bpnet: 99.1.0").replace("sigma:", "omega:")
    with pytest.raises(ValueError, match=r"augment\.omega: unknown key; ") as refused:
        read(later)
    assert str(refused.value).endswith(f" (bpnet 99.1.0 has written it, this is {__version__})")


def test_no_spoilt_sweep_is_read_as_what_it_is_not():
    whole = TEXT.encode()
    read_anyway = 0
    for name, spoilt in mutated(whole, "sweep.yaml", 120):
        try:
            trials, first, count = read(spoilt)
        except ValueError:
            continue
        read_anyway += 1
        again = sweep_file.dump("1.0", trials[0].config, trials, first, count)
        assert read(again) == (trials, first, count), name
    assert 0 < read_anyway < 80
