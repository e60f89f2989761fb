"""The config: what is read, what is refused, and how it is told."""

import pytest

from bpnet.config import Config, DataConfig, dump, load
from bpnet.config.schema import INPUTS, rules
from bpnet.datasets import WIDTH
from bpnet.errors import ConfigError
from bpnet.network import widths as network_widths

PATH = "a path in UTF-8 of at most 4096 characters, without controls"


@pytest.fixture
def read(tmp_path):
    def read(text, *settings, environment=None):
        path = tmp_path / "c.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            return load(path, settings, environment or {})
        except ConfigError as error:
            return [line.replace(str(tmp_path) + "/", "") for line in error.lines]

    return read


def test_an_absent_key_has_its_default(read):
    assert read("seed: 3") == Config(seed=3)
    assert load(environment={}) == Config()


def test_every_key_can_be_given(read):
    config = read(
        "seed: 7\n"
        "data: {dataset: drawn, dir: /tmp/a b, validation: 0}\n"
        "network: {hidden: [30, 20], activation: sigmoid, init: 0.01}\n"
        "train: {epochs: 2, batch_size: 64, learning_rate: 1e-3, dtype: float64, workers: 2}\n"
    )
    assert config.seed == 7
    assert config.data.dir == "/tmp/a b"
    assert config.network.hidden == (30, 20)
    assert config.network.init == 0.01
    assert config.train.learning_rate == 0.001


def test_the_environment_overrides_the_file_and_a_setting_both(read):
    text, environment = "data: {dir: a}", {"BPNET_DATA_DIR": "b"}
    assert read(text).data.dir == "a"
    assert read(text, environment=environment).data.dir == "b"
    assert read(text, "data.dir=c=d", environment=environment).data.dir == "c=d"


def test_all_problems_come_at_once_each_with_its_place(read):
    text = (
        "seed: 0\n"
        "data: {dataset: minst}\n"
        "train:\n"
        "  learning_rte: 3\n"
        '  epochs: "5"\n'
        "  epochs: 3\n"
        "hidden: [50]\n"
    )
    assert read(text, "train.epoch=3", "x") == [
        "c.yaml:2:17: data.dataset: expected mnist or fashion-mnist or kmnist or drawn or "
        "sketched or files, got minst",
        "c.yaml:4:3: train.learning_rte: unknown key; did you mean train.learning_rate?",
        "c.yaml:5:11: train.epochs: expected a whole number from 1 to 10000, got the text '5'",
        "c.yaml:6:3: train.epochs: already given in line 5",
        "c.yaml:7:1: hidden: unknown key; did you mean network.hidden?",
        "--set train.epoch=3: train.epoch: unknown key; did you mean train.epochs?",
        "--set x: expected KEY=VALUE, such as train.learning_rate=0.05",
    ]


def test_a_key_given_twice_in_one_line_is_refused(read):
    assert read("train: {epochs: 3, epochs: 4}") == [
        "c.yaml:1:20: train.epochs: already given in line 1"
    ]


@pytest.mark.parametrize("text", ["1e-3", "1.0e-3", "0.001", ".001", "1E-3", "+1e-03"])
def test_every_way_to_write_a_thousandth_is_a_number(read, text):
    assert read(f"train: {{learning_rate: {text}}}").train.learning_rate == 0.001
    assert read("seed: 0", f"train.learning_rate={text}").train.learning_rate == 0.001


@pytest.mark.parametrize(
    "value",
    [
        "true",
        "null",
        "",
        "'3'",
        "3.0",
        "010",
        "0x10",
        "1_000",
        "1:30",
        "[3]",
        "{a: 3}",
        "0",
        "-1",
        "10001",
        "9" * 5000,
        "abc",
        "３",
        ".inf",
    ],
)
def test_what_is_not_a_whole_number_in_range_is_refused(read, value):
    (line,) = read(f"train:\n  epochs: {value}\n")
    assert line.startswith("c.yaml:2:")
    assert "train.epochs: expected a whole number from 1 to 10000, got " in line
    assert len(line) < 140


@pytest.mark.parametrize("value", ["0", "-0.1", ".nan", ".inf", "1.0e+400", "1e400", "no", "'0.1'"])
def test_what_is_not_a_finite_positive_rate_is_refused(read, value):
    (line,) = read(f"train: {{learning_rate: {value}}}")
    assert "train.learning_rate: expected a number above 0, at most 1000000, got " in line


@pytest.mark.parametrize(
    "value", ["[50, 0]", "0", "2.5", "'50'", "['50']", "[[50]]", f"{[1] * 17}", "{a: 1}"]
)
def test_hidden_is_a_list_of_widths(read, value):
    (line,) = read(f"network: {{hidden: {value}}}")
    assert (
        "network.hidden: expected a whole number from 1 to 10000, or a list [...] of at most 16"
        in line
    )


def test_one_width_alone_is_a_list_of_one(read):
    assert read("network: {hidden: 300}").network.hidden == (300,)
    assert read("seed: 0", "network.hidden=300").network.hidden == (300,)
    assert load(settings={"network.hidden": 300}, environment={}).network.hidden == (300,)


def test_the_widths_of_inputs_and_outputs_are_not_among_the_hidden_ones(read):
    assert INPUTS == WIDTH
    told = "network.hidden: expected the hidden layers only, [30]: the 784 inputs and 10 outputs"
    for (line,) in (
        read("network: {hidden: [784, 30, 10]}"),
        read("seed: 0", "network.hidden=[784, 30, 10]"),
    ):
        assert told in line
        assert line.endswith("are always there, got [784, 30, 10]")
    for given in ([784, 30], [30, 10], [784], [10], [10, 784]):
        assert read(f"network: {{hidden: {given}}}").network.hidden == tuple(given)
    assert network_widths(Config()) == [784, 100, 10]


@pytest.mark.parametrize("value", ["hee", "0", "11", "true", "[0.1]", "'0.1'"])
def test_init_is_a_rule_or_a_standard_deviation(read, value):
    (line,) = read(f"network: {{init: {value}}}")
    assert "expected he or xavier or a number above 0, at most 10, got " in line


def test_no_hidden_layer_at_all_is_a_network_too(read):
    assert read("network: {hidden: []}").network.hidden == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"", "c.yaml: is empty; `bpnet config show` prints every key"),
        (b"# only this\n", "c.yaml: is empty; `bpnet config show` prints every key"),
        (b"[1]", "c.yaml:1:1: the config: expected a mapping of keys to values, got [1]"),
        (b"network: 5", "c.yaml:1:10: network: expected a mapping of keys to values, got 5"),
        (
            b"a: b: c",
            "c.yaml:1:5: mapping values are not allowed here; the keys of a section must all begin "
            "in the same column",
        ),
        (b"seed: ]", "c.yaml:1:7: expected the node content, but found ']'"),
        (b"x: 1\n\xff", "c.yaml:2:1: not UTF-8: the byte 0xff; save the file as UTF-8"),
        (
            "seed: 1".encode("utf-16"),
            "c.yaml:1:1: not UTF-8: the byte 0xff; save the file as UTF-8",
        ),
        (
            "# 설정".encode("cp949"),
            "c.yaml:1:3: not UTF-8: the byte 0xbc; save the file as UTF-8",
        ),
        (
            "# dé".encode("latin-1"),
            "c.yaml:1:4: not UTF-8: the byte 0xe9; save the file as UTF-8",
        ),
        (
            "s: 1".encode("utf-16-le"),
            "c.yaml:1:2: the character \\x00 is not allowed; save the file as UTF-8",
        ),
        (b"seed: \x1b", "c.yaml:1:7: the character \\x1b is not allowed"),
        (b"\tseed: 1", "c.yaml:1:1: a tab; write blanks in its place"),
        (b"train:\n  epochs: 1\n\tfloor: 0", "c.yaml:3:1: a tab; write blanks in its place"),
        (b"seed: &a 1", "c.yaml:1:7: anchors and aliases (& and *) are not allowed"),
        (b"seed: *a", "c.yaml:1:7: anchors and aliases (& and *) are not allowed"),
        (b"seed: !!int 1", "c.yaml:1:7: tags (!) are not allowed"),
        (b"!!python/object/apply:os.abort []", "c.yaml:1:1: tags (!) are not allowed"),
        (b"seed: 1\n---\nseed: 2", "c.yaml:2:1: a second document: a config is one"),
        (b"[" * 5000, "c.yaml:1:11: nested too deep"),
        (b"k: 1\n" * 1000, "c.yaml:500:1: more keys and values than a config can have"),
        (b"? [a]\n: 1", "c.yaml:1:3: expected the name of a key, got [a]"),
        (b'"a\\nb": 1', "c.yaml:1:1: expected the name of a key, got the text 'a\\nb'"),
        (
            b"train.epochs: 5",
            "c.yaml:1:1: train.epochs: in a file, a key stands inside its section, without a dot",
        ),
        (b"#" * 65537, "c.yaml: larger than the 65536 bytes it may have"),
    ],
)
def test_what_is_not_a_config_is_told_in_one_line(read, text, line):
    assert read(text) == [line]


def test_an_escape_beyond_all_letters_is_told_in_one_line(read):
    (line,) = read(b'seed: "\\UFFFFFFFF"')
    assert line.startswith("c.yaml:1:1: not YAML: ")  # the rest is Python's wording


def test_a_merge_is_just_an_unknown_key(read):
    (line,) = read("<<: {seed: 1}")
    assert line.startswith("c.yaml:1:1: <<: unknown key; known keys: seed, data.dataset, ")


def test_each_list_of_known_keys_is_told_once(read):
    first, second, third, fourth = read("x: 1\ny: 2\ntrain: {x: 1, y: 2}")
    assert first.startswith("c.yaml:1:1: x: unknown key; known keys: seed, data.dataset, ")
    assert second == "c.yaml:2:1: y: unknown key"
    assert third.startswith("c.yaml:3:9: train.x: unknown key; known keys: train.epochs, ")
    assert fourth == "c.yaml:3:15: train.y: unknown key"


def test_a_missing_file_and_a_folder_are_told_by_name(tmp_path):
    for path, reason in ((tmp_path / "no", "No such file"), (tmp_path, "not a regular file")):
        with pytest.raises(ConfigError, match=f"{path}: .*{reason}"):
            load(path)


def test_a_bom_windows_lines_and_korean_comments_are_fine(read):
    assert read("\ufeff# 설정\r\nseed: 4\r\n".encode()).seed == 4


@pytest.mark.parametrize("setting", ["network.hidden=[1,", "network.hidden=[1, &a 2]"])
def test_a_broken_list_on_the_command_line_is_told(read, setting):
    (line,) = read("seed: 0", setting)
    assert line.startswith(f"--set {setting}: network.hidden: expected a whole number")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("seed:1", "1:1"),
        ("seed:1\nnetwork:\n  hidden: 30", "1:6"),
        ("train:\n  epochs:1", "2:3"),
        ("train:\n  epochs:1\n  floor: 0", "2:10"),
        ("train:\n  floor: 0\n  epochs:1\n", "3:10"),
        ("train: {epochs:1}", "1:9"),
        ("train:{epochs: 1}", "1:1"),
        ("network:\n  hidden:[30]\n  init: he", "2:10"),
    ],
)
def test_a_colon_without_its_blank_is_told_where_it_stands(read, text, place):
    (line,) = read(text)
    assert line.startswith(f"c.yaml:{place}: ")
    assert line.endswith("write a blank (a space) after the colon, as in epochs: 3")


def test_a_colon_that_needs_no_blank_is_not_blamed(read):
    assert read("data:\n  dir: C:\\data\n").data.dir == "C:\\data"
    assert read("data:\n  dir:\n    http://x\nseed: ]") == [
        "c.yaml:4:7: expected the node content, but found ']'"
    ]


def test_a_section_is_not_a_setting(read):
    assert read("seed: 0", "network=3") == [
        "--set network=3: network: is a section; its keys are network.hidden, network.activation, "
        "network.init, network.view"
    ]


def test_the_environment_is_held_to_the_same_rule(read):
    (line,) = read("seed: 0", environment={"BPNET_DATA_DIR": "a\nb"})
    assert line == f"BPNET_DATA_DIR: data.dir: expected {PATH}, got a\\nb"


@pytest.mark.parametrize("letter", "\x1b\x85\u200b\u2028\u202e\ufeff\udcff\ud800")
def test_a_path_that_a_terminal_would_obey_or_that_is_not_utf8_is_refused(read, letter):
    (line,) = read("seed: 0", f"data.dir=a{letter}")
    assert line.endswith(f"data.dir: expected {PATH}, got a{letter!r}".replace("'", ""))


def test_a_path_of_any_letters_is_written_down_and_read_back(read):
    path = "데이터 é नमस्ते फ़ \u3000\xa0 فارسی\u200cها 👩\u200d🏫 \ue000\uffff\U0010ffff"
    assert read(dump(read("seed: 0", f"data.dir={path}"))).data.dir == path


def test_a_path_that_would_make_the_written_config_too_large_to_read_is_refused(read):
    (line,) = read(f"data: {{dir: {'x' * 65510}}}")
    assert line.startswith(f"c.yaml:1:13: data.dir: expected {PATH}, got x")
    assert len(line) < 150


def test_an_entry_of_a_list_is_shown(read):
    (line,) = read("network: {hidden: [50, 2.5]}")
    assert line.endswith("got [50, 2.5]")


def test_an_unprintable_setting_is_told_in_one_line(read):
    (line,) = read("seed: 0", "a\nb=1")
    assert line.startswith("--set a\\nb=1: a\\nb: unknown key")


def test_a_warm_up_longer_than_the_training_is_refused(read):
    assert read("train: {epochs: 3, warmup: 3}").train.warmup == 3
    assert read("train: {epochs: 3, warmup: 4}") == [
        "c.yaml: train.warmup: expected at most train.epochs, 3, got 4"
    ]


def test_digits_are_mixed_into_digits_only(read):
    assert read("data: {mix: 0.5}").data.mix == 0.5
    assert read("data: {dataset: fashion-mnist}").data.mix == 0
    for dataset in ("fashion-mnist", "sketched"):
        assert read(f"data: {{dataset: {dataset}, mix: 0.1}}") == [
            f"c.yaml: data.mix: expected 0 with data.dataset {dataset}, got 0.1: --set data.mix=0"
        ]


def test_what_is_written_loads_back_as_it_is(read):
    config = read(
        "seed: 9\ndata: {dir: '2024: no #x'}\nnetwork: {hidden: [3, 4], init: 1e-5}\n",
        "train.learning_rate=1e-7",
    )
    text = dump(config)
    assert read(text) == config
    assert "hidden: [3, 4]\n" in text
    assert list(rules()) == [
        "seed", "data.dataset", "data.dir", "data.validation", "data.train",
        "data.mix", "data.classes",
        "network.hidden", "network.activation", "network.init", "network.view",
        "train.epochs", "train.batch_size", "train.learning_rate", "train.schedule", "train.floor",
        "train.warmup", "train.momentum", "train.average", "train.label_smoothing", "train.dtype",
        "train.workers",
        "augment.rotation", "augment.scaling", "augment.shear", "augment.shift", "augment.alpha",
        "augment.sigma", "augment.calm",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "are"),
    [
        (DataConfig(), True),
        (DataConfig("kmnist"), False),
        (DataConfig("files", classes=("3", "7")), True),
        (DataConfig("files", classes=("3", "a")), False),
        (DataConfig("files", classes=("9", "10")), False),
    ],
)
def test_classes_are_digits_if_each_has_the_name_of_one(data, are):
    assert data.of_digits == are
