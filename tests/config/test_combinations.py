"""The trials of a sweep: what is combined, and all that is wrong with any of them."""

import time

import pytest

from bpnet.config import (
    Config,
    DataConfig,
    NetworkConfig,
    TrainConfig,
    combinations,
    flatten,
    load,
    shipped,
)
from bpnet.config.choices import MOST_TRIALS
from bpnet.errors import ConfigError

NOTHING = [combinations.NOTHING]


@pytest.fixture
def trials(tmp_path, monkeypatch):
    """Return a function that gives the settings of the trials, or the lines of the error.

    The texts are those of the config, of a grid, and of trials: of a CSV if they are bytes.
    """
    monkeypatch.chdir(tmp_path)

    def written(name, text):
        if text is None:
            return None
        path = type(tmp_path)(name)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def read(*settings, grid=None, listed=None, source=None, environment=None):
        rows = written("t.csv" if isinstance(listed, bytes) else "t.yaml", listed)
        try:
            found = combinations.trials(
                written("c.yaml", source),
                settings,
                written("g.yaml", grid),
                rows,
                environment or {},
            )
        except ConfigError as error:
            return error.lines
        for trial in found:
            assert {key: flatten(trial.config)[key] for key in trial.settings} == trial.settings
        return [dict(trial.settings) for trial in found]

    return read


def test_settings_are_combined_and_the_last_changes_first(trials):
    assert trials("train.learning_rate=0.1,3e-1", "network.hidden=[100],[30, 20]") == [
        {"train.learning_rate": 0.1, "network.hidden": (100,)},
        {"train.learning_rate": 0.1, "network.hidden": (30, 20)},
        {"train.learning_rate": 0.3, "network.hidden": (100,)},
        {"train.learning_rate": 0.3, "network.hidden": (30, 20)},
    ]


def test_a_setting_with_one_value_is_for_all():
    found = combinations.trials(None, ["train.epochs=3", "seed=5", "train.momentum=0,0.9"])
    assert [trial.config for trial in found] == [
        Config(seed=5, train=TrainConfig(epochs=3, momentum=momentum)) for momentum in (0.0, 0.9)
    ]
    assert combinations.varying(found) == ["train.momentum"]


def test_a_grid_is_a_list_of_values_for_each_key_or_one_value(trials):
    grid = "#,seed\ntrain.momentum: [0, 0.5]\nnetwork.hidden: [[30, 20], [10], 5]\ntrain.epochs: 3"
    found = trials(grid=grid)
    assert len(found) == 6
    assert found[:3] == [
        {"train.momentum": 0.0, "network.hidden": hidden} for hidden in [(30, 20), (10,), (5,)]
    ]


@pytest.mark.parametrize(
    "listed",
    [
        "- {train.learning_rate: 0.2, train.epochs: 5}\n- {network.hidden: [30, 20]}\n- {}\n",
        b'train.learning_rate,train.epochs,network.hidden\n0.2,5,\n,,"[30, 20]"\n,7,\n,,\n',
        b"\xef\xbb\xbftrain.learning_rate;train.epochs;network.hidden\r\n"
        b"0.2;5;\r\n;;\r\n\r\n;;[30, 20]\r\n0.1;;\r\n;;\r\n;;;\r\n",
        b"train.learning_rate\ttrain.epochs\tnetwork.hidden\n"
        b"0.2\t 5 \t\n\t\t[30, 20]\n \t\t\n0.1\t\t\n\t\t",
    ],
)  # fmt: skip
def test_a_trial_that_is_listed_has_its_own_values_and_the_others_of_the_config(trials, listed):
    assert trials(listed=listed, source="train: {epochs: 7}") == [
        {"train.learning_rate": 0.2, "train.epochs": 5, "network.hidden": (100,)},
        {"train.learning_rate": 0.1, "train.epochs": 7, "network.hidden": (30, 20)},
        {"train.learning_rate": 0.1, "train.epochs": 7, "network.hidden": (100,)},
    ]


def test_a_whole_number_in_a_csv_may_have_the_point_that_pandas_gives_it(trials):
    assert trials(listed=b"train.epochs,network.hidden,data.dir\n50.0,,5.0\n,30.0,6.0\n") == [
        {"train.epochs": 50, "network.hidden": (100,), "data.dir": "5.0"},
        {"train.epochs": 20, "network.hidden": (30,), "data.dir": "6.0"},
    ]


def test_only_the_first_column_may_be_the_index_of_pandas(trials):
    assert trials(listed=b"train.epochs,\n2,0\n") == [
        "t.csv:1:1: column 2: expected a key of the config, got nothing"
    ]


def test_trials_grid_and_settings_are_combined(trials):
    found = trials("train.momentum=0,0.5", grid="seed: 4\n", listed="- {}\n- {train.epochs: 3}\n")
    assert found == [
        {"train.epochs": epochs, "train.momentum": momentum}
        for epochs in (20, 3)
        for momentum in (0.0, 0.5)
    ]


def test_only_what_differs_is_a_setting_of_a_trial(trials):
    assert trials(listed="- {train.epochs: 3, train.momentum: 0.5}\n- {train.momentum: 0.5}\n") == [
        {"train.epochs": 3},
        {"train.epochs": 20},
    ]


def test_the_environment_says_where_data_lie_but_not_where_own_files_do(trials):
    both = "data.dataset=mnist,files"
    assert trials(both, environment={"BPNET_DATA_DIR": "here"}) == [
        {"data.dataset": "mnist", "data.dir": "here"},
        {"data.dataset": "files", "data.dir": "data"},
    ]
    assert trials(both, "data.dir=there", environment={"BPNET_DATA_DIR": "here"}) == [
        {"data.dataset": "mnist"},
        {"data.dataset": "files"},
    ]


def test_a_config_from_python_will_do():
    base = Config(data=DataConfig(dataset="drawn"), network=NetworkConfig(hidden=(5,)))
    found = combinations.trials(base, ["train.epochs=1,2"], environment={"BPNET_DATA_DIR": ""})
    assert [trial.config for trial in found] == [
        Config(data=base.data, network=base.network, train=TrainConfig(epochs=epochs))
        for epochs in (1, 2)
    ]


def test_all_problems_come_at_once_each_with_its_place(trials):
    told = trials(
        "train.learning_rate=0.1,0,x",
        "train.floor=0.1,0.2",
        "nothing",
        source="train: {epochs: 0}\n",
        grid="train.momentum: [0.5, 1, 2]\nlr: [0.1]\ntrain.floor: [1, 1.0]\ntrain.average: []\n"
        "network: {hidden: [3]}\n",
        listed="- {train.epochs: 3, train.epochs: 4}\n- 5\n- {train.batch_size: }\n",
    )
    assert [line.partition(", got")[0][:68] for line in told] == [
        "c.yaml:1:17: train.epochs: expected a whole number from 1 to 10000",
        "t.yaml:1:21: train.epochs: already given in line 1",
        "t.yaml:2:3: expected a mapping of keys to values",
        "t.yaml:3:21: train.batch_size: expected a whole number from 1 to 100",
        "g.yaml:1:23: train.momentum: expected a number from 0 to 0.999",
        "g.yaml:1:26: train.momentum: expected a number from 0 to 0.999",
        "g.yaml:2:1: lr: unknown key; did you mean train.learning_rate?",
        "g.yaml:4:16: train.average: expected a list of values",
        "g.yaml:5:1: network: is a section; its keys are network.hidden, netw",
        *["--set train.learning_rate=0.1,0,x: train.learning_rate: expected a n"] * 2,
        "--set nothing: expected KEY=VALUE, such as train.learning_rate=0.05",
        "--set train.floor=0.1,0.2: train.floor: already given by g.yaml:3:14",
        "g.yaml:3:14: train.floor=1.0: given 2 times",
    ]


def test_the_known_keys_are_listed_once_and_not_with_each_unknown_one(trials):
    first, *others = trials("qqq=1,2", grid="zzz: [3]", listed="- {qqq: 1}\n- {qqq: 2}\n")
    assert first.startswith("t.yaml:1:4: qqq: unknown key; known keys: seed, data.dataset, ")
    assert others == [
        "t.yaml:2:4: qqq: unknown key",
        "g.yaml:1:1: zzz: unknown key",
        "--set qqq=1,2: qqq: unknown key",
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"settings": ["seed=0,1"]}, "--set seed=0,1: seed: the seeds are the same for all"),
        ({"listed": "- {seed: 1}\n- {seed: 2}\n"}, "t.yaml:1:3: seed: the seeds are the same"),
        ({"settings": ["train.epochs=1,2"] * 2}, "train.epochs: already given by --set train."),
        ({"settings": ["train.epochs=1", "train.epochs=2,3"]}, "already given by --set train."),
        ({"settings": ["train.momentum=0,0.0"]}, "train.momentum=0.0: given 2 times"),
        ({"listed": "- {}\n- {train.epochs: 20}\n"},
         "t.yaml:2:3: train.epochs=20: comes out the same as t.yaml:1:3"),
        ({"listed": b"train.epochs,lr\n1,2\n"}, "t.csv:1:1: lr: unknown key; did you mean"),
        ({"listed": b",train.epochs\n0,2\n"}, "of the config, got nothing; if it is the index of"),
        ({"listed": b"train.epochs\n5.5\n3\n"}, "t.csv:2:1: train.epochs: expected a whole number"),
        ({"listed": b"train.epochs\n0.0\n3\n"}, "from 1 to 10000, got 0.0"),
        ({"listed": "- {train.epochs: 5.0}\n- {}\n"}, "train.epochs: expected a whole number"),
        ({"listed": b"train.epochs,train.epochs\n0,2\n"}, "t.csv:1:1: train.epochs: heads two"),
        ({"listed": b"train.epochs,network.hidden\n\n3,[3, 4]\n"},
         't.csv:3:1: expected 2 cells, as in the heading, got 3; a list needs quotes: "[300,'),
        ({"listed": b"train.epochs,train.floor\n3\n4,0\n"}, "t.csv:2:1: expected 2 cells"),
        ({"listed": b"train.floor;train.epochs\n0,1;1\n"}, "t.csv:2:1: train.floor: expected a"),
        ({"listed": b'train.epochs\n"3\n'}, "t.csv:2:1: not a row of a CSV: "),
        ({"listed": b""}, "t.csv:1:1: is empty"),
        ({"listed": b"train.epochs,train.floor\n,\n"}, "t.csv:1:1: has a heading and no rows"),
        ({"listed": "train.epochs\n3\n4\n".encode("utf-16")}, "t.csv:1:1: not UTF-8: the byte"),
        ({"listed": ""}, "t.yaml:1:1: is empty"),
        ({"listed": "train.epochs: 3"}, "t.yaml:1:1: expected a list of mappings, such as"),
        ({"listed": "- {train.epochs: !!int 3}"}, "t.yaml:1:18: tags (!) are not allowed"),
        ({"listed": "- &a {train.epochs: 3}\n- *a\n"}, "t.yaml:1:3: anchors and aliases"),
        ({"grid": "- {train.epochs: 3}"}, "g.yaml:1:1: expected a mapping of keys to values, got"),
        ({"grid": "train.epochs: [1, 2"}, "g.yaml:1:20: expected ',' or ']'"),
    ],
)  # fmt: skip
def test_what_makes_no_sweep_is_told_with_its_place(trials, given, told):
    first, *others = trials(*given.pop("settings", ()), **given)
    assert told in first
    assert not others


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"settings": ["train.epochs=3"]},
        {"grid": "train.epochs: 3"},
        {"listed": "[]"},
        {"listed": "- {train.epochs: 3}"},
    ],
)
def test_one_combination_or_none_is_no_sweep(trials, given):
    assert trials(*given.pop("settings", ()), **given) == NOTHING


TABLE = b"train.epochs\ttrain.floor\n3\t0\n4\t0\n"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("t.xlsx", b"PK\x03\x04\x14\x00\xff", "is an Excel workbook: save it as CSV"),
        ("t.csv", b"PK\x03\x04\x14\x00\xff", "is an Excel workbook: save it as CSV"),
        ("t.tsv", b"lr\n3\n", "is a table: its name must end in .csv"),
        ("t.txt", TABLE, "is a table: its name must end in .csv"),
        ("t.yaml", b'lr;"train.epochs"\r\n3;4\r\n', "is a table: its name must end in .csv"),
        ("t.txt", b"lr,rate\n3,4\n", "expected a list of mappings, such as - train.epochs: 3, "
         "or a table in a .csv; got lr,rate 3,4"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_trials_is_told_with_what_to_do(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        combinations.trials(None, listed=path)
    assert error.value.lines == [f"{path}:1:1: {told}"]


@pytest.mark.parametrize("name", ["g.csv", "g.yaml"])
def test_a_table_where_a_grid_is_meant_is_told_where_it_belongs(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(TABLE)
    with pytest.raises(ConfigError) as error:
        combinations.trials(None, grid=path)
    assert error.value.lines == [f"{path}:1:1: is a table: its rows are for --trials"]


def test_a_file_that_is_not_there_is_told(trials, tmp_path):
    with pytest.raises(ConfigError, match=r"no\.yaml: "):
        combinations.trials(None, grid=tmp_path / "no.yaml")
    with pytest.raises(ConfigError, match=r"no\.csv: "):
        combinations.trials(None, listed=tmp_path / "no.csv")


def test_what_does_not_go_together_is_told_once_with_the_first_combination(trials):
    told = trials("train.epochs=3,30", "train.warmup=0,5", "train.momentum=0,0.5")
    assert told == [
        "train.epochs=3 train.warmup=5.0 train.momentum=0.0, and 1 more: "
        "train.warmup: expected at most train.epochs, 3, got 5"
    ]


def test_what_does_not_go_together_in_any_combination_is_the_configs(trials):
    source = "train: {warmup: 30}\ndata: {classes: [a]}\n"
    assert trials("train.momentum=0,0.5", source=source) == [
        "c.yaml: train.warmup: expected at most train.epochs, 20, got 30",
        "c.yaml: data.classes: expected [] with data.dataset mnist: it is for files",
    ]


def test_what_is_wrong_with_the_config_contradicts_nothing(trials):
    told = trials("train.warmup=0,25", source="train: {epochs: 0}")
    assert [line.partition(", got")[0] for line in told] == [
        "c.yaml:1:17: train.epochs: expected a whole number from 1 to 10000"
    ]


def test_every_contradiction_is_found_and_a_row_has_its_place(trials):
    told = trials(
        listed="- {}\n- {data.dataset: kmnist, data.mix: 0.5}\n- {data.classes: [a, b]}\n"
        "- {network.hidden: [784, 30, 10]}\n- {train.warmup: 21}\n"
    )
    assert [line[:50] for line in told] == [
        "t.yaml:2:3: data.dataset=kmnist data.mix=0.5: data",
        't.yaml:3:3: data.classes=["a", "b"]: data.classes:',
        "t.yaml:4:3: network.hidden=[784, 30, 10]: network.",
        "t.yaml:5:3: train.warmup=21.0: train.warmup: expec",
    ]


def test_very_many_problems_are_counted(trials):
    rows = "train.epochs\n" + "0\n" * 1000
    told = trials(listed=rows.encode())
    assert len(told) == combinations.MOST_TOLD + 1
    assert told[-1] == "and 950 problems more"


def test_there_may_be_many_combinations_and_they_take_no_time(trials):
    rates = ",".join(f"0.{n}" for n in range(100, 200))
    epochs = ",".join(map(str, range(1, MOST_TRIALS // 100 + 1)))
    before = time.process_time()
    assert len(trials(f"train.learning_rate={rates}", "train.epochs=1,2,3,4,5,6,7,8,9,10")) == 1000
    assert time.process_time() - before < 1
    assert trials(f"train.learning_rate={rates}", f"train.epochs={epochs},9999") == [
        f"expected at most {MOST_TRIALS} combinations, got {MOST_TRIALS + 100}"
    ]


def test_the_committee_that_comes_with_bpnet_has_seven_unlike_members():
    configs = shipped.find("deslanted-800-800").parent
    base = configs / "deslanted-800-800.yaml"
    found = combinations.trials(base, [], listed=configs / "committee.csv", environment={})
    assert len({(one.config.network.hidden, one.config.network.view) for one in found}) == 7
    assert found[0].config == load(base, environment={})
    assert {one.config.data.validation for one in found} == {0}
