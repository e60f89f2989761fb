"""Config files and settings that are none: refused by the real program, in a line, for nothing."""

import os

import pytest

from tests.helpers.refused import Row, judge, run_all


def config(name: str, content: bytes, told: str, lines: int = 1) -> Row:
    """Return the row of a config file with this content."""
    arguments = ["config", "check", "--config", "c.yaml"]
    made = lambda folder: (folder / "c.yaml").write_bytes(content)  # noqa: E731
    return Row(name, arguments, told, lines=lines, made=made)


def instead(name: str, make, told: str) -> Row:
    """Return the row of something else in the place of a config file."""
    return Row(name, ["train", "--config", "c.yaml"], told, made=lambda folder: make(folder))


KINDS = [
    instead("no file", lambda folder: None, "c.yaml: cannot be read: No such file"),
    instead("a folder", lambda folder: (folder / "c.yaml").mkdir(), "c.yaml: not a regular file"),
    instead("a pipe", lambda folder: os.mkfifo(folder / "c.yaml"), "c.yaml: not a regular file"),
    instead(
        "a device",
        lambda folder: (folder / "c.yaml").symlink_to("/dev/zero"),
        "c.yaml: not a regular file",
    ),
    instead(
        "a link to itself",
        lambda folder: (folder / "c.yaml").symlink_to("c.yaml"),
        "c.yaml: cannot be read: Too many levels of symbolic links",
    ),
    Row("below a file", ["config", "show", "--config", "f/c.yaml"], "f/c.yaml: cannot be read: Not",
        made=lambda folder: (folder / "f").write_bytes(b"")),
    Row("a name too long", ["gradcheck", "--config", "./" + "x" * 300], "cannot be read: File"),
    Row("no name at all", ["config", "check", "--config", "./"], ".: not a regular file"),
    Row("two lines in a name", ["config", "check", "--config", "./a\nb"], r"a\nb: cannot be read"),
    Row("no text in a name", ["config", "check", "--config", "./a\udcffb"], r"a\udcffb: cannot be"),
    Row("a name from above a problem", ["config", "check", "--config", "./a\nb"],
        r"Error: a\nb:1:1: sed: unknown key; did you mean seed?",
        made=lambda folder: (folder / "a\nb").write_bytes(b"sed: 1")),
]  # fmt: skip

TEXTS = [
    config("nothing", b"", "c.yaml: is empty"),
    config("comments", b"# seed: 1\n\n", "c.yaml: is empty"),
    config("a byte too much", b"#" * 65537, "c.yaml: larger than the 65536 bytes"),
    config("not UTF-8", b"seed: 1\nx: \xff", "c.yaml:2:4: not UTF-8: the byte 0xff; save the"),
    config("UTF-16", "seed: 1".encode("utf-16"), "c.yaml:1:1: not UTF-8: the byte 0xff"),
    config("a NUL", b"seed: 1\0", r"c.yaml:1:8: the character \x00 is not allowed"),
    config("a terminal's escape", b"seed: \x1b[2J", r"c.yaml:1:7: the character \x1b"),
    config("cp949", "seed: 1  # 설정".encode("cp949"), "c.yaml:1:12: not UTF-8: the byte 0xbc"),
    config("latin-1", "data: {dir: é}".encode("latin-1"), "c.yaml:1:13: not UTF-8: the byte 0xe9"),
    config("UTF-16 without a mark", "seed: 1".encode("utf-16-le"), "not allowed; save the file as"),
    config("a tab", b"train:\n\tepochs: 1", "c.yaml:2:1: a tab; write blanks in its place"),
    config("a tab after a colon", b"train:\n  epochs:\t1", "c.yaml:2:10: a tab; write blanks"),
    config("no blank", b"train:\n  epochs:1", "c.yaml:2:3: train: expected a mapping of keys to"),
    config(
        "no blank, then one", b"seed:1\ntrain: {floor: 0}", "c.yaml:1:6: write a blank (a space)"
    ),
    config(
        "no blank in braces", b"train: {epochs:1}", "c.yaml:1:9: epochs:1: write a blank (a space)"
    ),
    config("a list", b"- seed", "c.yaml:1:1: the config: expected a mapping"),
    config("a word", b"seed", "c.yaml:1:1: the config: expected a mapping"),
    config("two documents", b"seed: 1\n---\nseed: 2", "c.yaml:2:1: a second document"),
    config("no YAML", b"a: b: c", "c.yaml:1:5: mapping values are not allowed here"),
    config("no end of a list", b"network: {hidden: [1,", "c.yaml:1:22: expected the node content"),
    config("an archive", b"PK\x03\x04" + bytes(60), r"c.yaml:1:3: the character \x03"),
    config("NumPy's format", b"\x93NUMPY\x01\x00v\x00", "c.yaml:1:1: not UTF-8: the byte 0x93"),
    config("a version of YAML", b"%YAML 9.9\n---\nseed: 1", "c.yaml:1:1: found incompatible YAML"),
    config("an impossible letter", b'seed: "\\UFFFFFFFF"', "c.yaml:1:1: not YAML: "),
]

STRUCTURES = [
    config("a key misspelt", b"train: {epoch: 1}", "c.yaml:1:9: train.epoch: unknown key; did you"),
    config("torch's word", b"train: {lr: 1}", "train.lr: unknown key; did you mean train.learn"),
    config("Keras's words", b"model: {units: 5}", "c.yaml:1:1: model: unknown key; did you mean"),
    config("an earlier key", b"train: {threads: 1}", "c.yaml:1:9: train.threads: unknown key; mat"),
    config("what is not here", b"optimizer: adam", "optimizer: unknown key; the only optimizer is"),
    config("a key of nothing", b"zzz: 1", "c.yaml:1:1: zzz: unknown key; known keys: seed, "),
    config("a key elsewhere", b"hidden: [5]", "hidden: unknown key; did you mean network.hidden?"),
    config("a dotted key", b"train.epochs: 5", "c.yaml:1:1: train.epochs: in a file, a key stands"),
    config("a key twice", b"seed: 1\nseed: 2", "c.yaml:2:1: seed: already given in line 1"),
    config("a section twice", b"data: {}\ndata: {}", "c.yaml:2:1: data: already given in line 1"),
    config("a list for a key", b"? [a]\n: 1", "c.yaml:1:3: expected the name of a key, got [a]"),
    config("a number for a key", b"1: 2", "c.yaml:1:1: 1: unknown key"),
    config("a long key", b"k" * 1000 + b": 1", "c.yaml:1:1: expected the name of a key"),
    config("a section of a number", b"train: 5", "c.yaml:1:8: train: expected a mapping of keys"),
    config("a section of nothing", b"train:", "train: expected a mapping of keys to values, got"),
    config("a mapping for a number", b"seed: {a: 1}", "c.yaml:1:7: seed: expected a whole number"),
    config("three problems", b"seed: x\ntrain: {epochs: 0, floor: 2}", "seed: expected", lines=3),
    config("an anchor", b"seed: &a 1", "c.yaml:1:7: anchors and aliases"),
    config("an alias of itself", b"data: &a [*a]", "c.yaml:1:7: anchors and aliases"),
    config("a merge", b"data: {<<: {dir: x}}", "c.yaml:1:8: data.<<: unknown key"),
    config("a tag", b"seed: !!int 1", "c.yaml:1:7: tags (!) are not allowed"),
    config("a tag of Python", b"!!python/name:os.system", "c.yaml:1:1: tags (!) are not allowed"),
    config("an unknown tag", b"seed: !x!y 1", "c.yaml:1:7: found undefined tag handle"),
    config("deep lists", b"[" * 60000, "c.yaml:1:11: nested too deep"),
    config("deep mappings", b"{a: " * 10000, "nested too deep"),
    config("endless keys", b"".join(b"k%d: 1\n" % n for n in range(5000)),
           "c.yaml:500:1: more keys and values than a config can have"),
    config("laughs", b"a: &a [x,x,x]\nb: &b [*a,*a,*a]", "c.yaml:1:4: anchors and aliases"),
]  # fmt: skip


def value(key: str, text: str, told: str = "") -> Row:
    """Return the row of a wrong value of a key of `train`."""
    content = f"train: {{{key}: {text}}}".encode()
    name = f"{key} of {text[:12]}"
    return config(name, content, f"c.yaml:1:{11 + len(key)}: train.{key}: expected {told}")


NUMBERS = [
    *(value("epochs", text, "a whole number from 1 to 10000, got ")
      for text in ("true", "null", "'3'", "3.0", "1e3", "010", "0x10", "1_000", "1:30", "0", "-1",
                   "10001", "9" * 5000, "2024-13-45", "３", ".inf", "[3]")),
    *(value("learning_rate", text, "a number above 0, at most 1000000, got ")
      for text in ("nan", ".nan", ".inf", "inf", "1e400", "0", "-0.1", "0.1_0", "'0.1'", "0 1",
                   "9" * 50000 + "x", "1:" * 20000 + "x")),
    value("momentum", "1", "a number from 0 to 0.999, got 1"),
    value("dtype", "float16", "float32 or float64, got float16"),
    value("schedule", "off", "constant or cosine, got off"),
    value("batch_size", "0", "a whole number from 1 to 10000, got 0"),
    config("seed of 2**128", b"seed: 340282366920938463463374607431768211456", "seed: expected a"),
    config("a width of 0", b"network: {hidden: [0]}", "network.hidden: expected a whole"),
    config("all layers", b"network: {hidden: [784, 30, 10]}", "the hidden layers only, [30]"),
    config("17 layers", b"network: {hidden: %s}" % str([1] * 17).encode(), "of at most 16 such"),
    config("an unknown activation", b"network: {activation: tanh}", "relu or sigmoid, got tanh"),
    config("two lines for a folder", b'data: {dir: "a\\nb"}', "c.yaml:1:13: data.dir: expected a"),
    config("a warm-up too long", b"train: {epochs: 1, warmup: 2}", "c.yaml: train.warmup: "),
]  # fmt: skip


def setting(text: str, told: str) -> Row:
    """Return the row of a wrong --set."""
    return Row(f"--set {text[:20]!r}", ["config", "check", "--set", text], told)


SETTINGS = [
    setting("seed", "--set seed: expected KEY=VALUE"),
    setting("", "--set : expected KEY=VALUE"),
    setting("=1", "--set =1: : unknown key"),
    setting("sed=1", "--set sed=1: sed: unknown key; did you mean seed?"),
    setting("seed=", "--set seed=: seed: expected a whole number"),
    setting("seed=nan", "--set seed=nan: seed: expected a whole number"),
    setting("network=3", "--set network=3: network: is a section"),
    setting("network.hidden=[1,", "--set network.hidden=[1,: network.hidden: expected a whole"),
    setting("network.hidden=[&a 1]", "anchors and aliases"),
    setting("network.hidden=[!!int 1]", "tags (!) are not allowed"),
    setting("network.hidden=" + "[" * 1000, "nested too deep"),
    setting("network.hidden=[" + "1," * 50000 + "]", "more keys and values than a config can have"),
    setting("network.hidden=[1]\n--- [2]", "network.hidden: expected a whole"),
    setting("network.hidden=[\udcff]", r"the character \udcff is not allowed"),
    setting("network.hidden=[784,30,10]", "network.hidden: expected the hidden layers only, [30]"),
    setting("lr=0.1", "--set lr=0.1: lr: unknown key; did you mean train.learning_rate?"),
    setting("train.dropout=0.5", "train.dropout: unknown key; there is no dropout; "),
    setting("train.threads=1", "train.threads: unknown key; matrix products run on one thread; tr"),
    setting("train.workers=65", "train.workers: expected a whole number from 1 to 64, got 65"),
    setting("train.zzz=1", "train.zzz: unknown key; known keys: train.epochs, "),
    setting("data.dir=a\nb", r"--set data.dir=a\nb: data.dir: expected a path"),
    setting("data.dir=\udcff", r"--set data.dir=\udcff: data.dir: expected a path"),
    setting("train.learning_rate=" + "9" * 100000 + "x", "expected a number above 0"),
    Row("a variable of two lines", ["config", "check"], r"BPNET_DATA_DIR: data.dir: expected a",
        environment={"BPNET_DATA_DIR": "a\nb"}),
]  # fmt: skip

ROWS = [*KINDS, *TEXTS, *STRUCTURES, *NUMBERS, *SETTINGS]


@pytest.fixture(scope="module")
def outcomes(chosen, tmp_path_factory):
    return run_all(chosen(ROWS), tmp_path_factory.mktemp("configs"))


def test_a_bad_config_is_refused_in_a_line_that_names_it(row, outcomes):
    judge(row, outcomes[row.name])
