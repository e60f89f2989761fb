"""Unknown keys: what is meant, what does the work instead, and silence where nothing is near."""

import pytest

from bpnet.config import words
from bpnet.config.schema import rules

KEYS = {name.rpartition(".")[2]: name for name in rules()}


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("train.lr", "train.learning_rate"),
        ("optimizer.lr", "train.learning_rate"),
        ("eta", "train.learning_rate"),
        ("batch", "train.batch_size"),
        ("batchsize", "train.batch_size"),
        ("train.learning-rate", "train.learning_rate"),
        ("learningRate", "train.learning_rate"),
        ("max_epochs", "train.epochs"),
        ("network.hidden_size", "network.hidden"),
        ("hidden_units", "network.hidden"),
        ("layers", "network.hidden"),
        ("val_split", "data.validation"),
        ("random_state", "seed"),
        ("train.seed", "seed"),
        ("trian.epochs", "train.epochs"),
        ("data.momentum", "train.momentum"),
        ("model", "network"),
        ("netwrok", "network"),
        ("n_jobs", "train.workers"),
        ("workers", "train.workers"),
    ],
)
def test_a_word_of_another_program_or_place_leads_to_the_key(name, here):
    assert words.hint(name) == f"did you mean {here}?"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("optimizer train.adam sgd", "minibatch SGD; train.momentum adds momentum"),
        ("train.dropout", "no dropout"),
        ("weight_decay train.l2", "no weight decay"),
        ("patience train.early_stopping", "the weights of the best epoch are kept"),
        ("device gpu train.cuda", "runs on the CPU"),
        ("loss criterion", "softmax with cross-entropy"),
        ("shuffle", "always shuffled"),
        ("num_workers", "nothing has to load the images; train.workers is the number of processes"),
        ("prefetch pin_memory", "in memory"),
        ("threads train.threads OPENBLAS_NUM_THREADS", "on one thread; train.workers is the"),
        ("train.alpha", "the learning rate is train.learning_rate"),
        ("iters_num", "in epochs, not in steps: train.epochs"),
    ],
)
def test_of_what_is_not_here_it_is_said_what_does_its_work(names, told):
    for name in names.split():
        assert told in words.hint(name)
        assert words.found(name) == words.hint(name)


@pytest.mark.parametrize("name", ["zzz", "foo", "train.relu", "color", "", "=", "x" * 40, "설정"])
def test_what_is_like_no_key_gets_no_suggestion(name):
    assert words.hint(name).startswith("known keys: ")
    assert "train.epochs, " in words.hint(name)


def test_of_a_known_section_its_keys_are_told():
    told = "known keys: data.dataset, data.dir, data.validation, data.train, data.mix, "
    told += "data.classes"
    assert words.hint("data.zzz") == told


@pytest.mark.parametrize("name", ["learning-rate", "learningRate", "LEARNINGRATE", "lr", "Lr"])
def test_how_a_word_is_joined_or_written_large_does_not_matter(name):
    assert words.found(name) == "train.learning_rate"


def test_a_slip_in_any_key_leads_to_that_key():
    for word, name in KEYS.items():
        half = len(word) // 2
        slips = {word + "e", word[:-1] + word[-1] * 2, word[:half] + "q" + word[half:]}
        if len(word) > 4:
            slips |= {word[:half] + word[half + 1 :], word[:half] + "q" + word[half + 1 :]}
        for slip in slips:
            assert words.hint(f"train.{slip}") == f"did you mean {name}?"


def test_no_word_of_others_hides_a_key_but_alpha_which_has_two_meanings():
    for name in rules():
        if name != "augment.alpha":
            assert words.found(name) == name
    assert words.found("alpha") not in words.KEYS


def test_what_the_table_leads_to_is_there():
    for key in ("random_state", "datasets", "lr", "lrf", "ema", "amp", "n_jobs", "zoom", "elastic"):
        assert words.found(key) in words.KEYS


def test_the_number_of_classes_is_said_to_come_with_the_data():
    assert words.hint("network.num_classes").startswith("the dataset says how many classes")
    assert words.hint("class_names") == "did you mean data.classes?"
