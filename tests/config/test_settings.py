"""KEY=VALUE and KEY=V1,V2: what separates values, and what is told of them."""

import pytest

from bpnet.config import settings
from bpnet.config.rules import Refused


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a", ["a"]),
        ("a,b", ["a", "b"]),
        ("a , b", ["a", "b"]),
        ("a,", ["a", ""]),
        (",a", ["", "a"]),
        ("", [""]),
        ("[300, 100],50", ["[300, 100]", "50"]),
        ("[[1,2],[3]],4", ["[[1,2],[3]]", "4"]),
        ("'a,b', \"c,d\"", ["'a,b'", '"c,d"']),
        ("'it''s, here',b", ["'it''s, here'", "b"]),
        (r'"a\",b",c', [r'"a\",b"', "c"]),
        ("it's,that's", ["it's", "that's"]),
        ("['a],b', c],d", ["['a],b', c]", "d"]),
        ("[1,2", ["[1,2"]),
        ("1],2", ["1]", "2"]),
        ('"a,b', ['"a', "b"]),
        ("range(0.1,0.5),(1,[2,3]),4", ["range(0.1,0.5)", "(1,[2,3])", "4"]),
        ("choice('a)',b),c", ["choice('a)',b)", "c"]),
        ("a (1),b)", ["a (1)", "b)"]),
    ],
)
def test_a_comma_separates_values_unless_brackets_or_quotes_are_around_it(text, values):
    assert list(settings.separated(text)) == values


@pytest.mark.parametrize("text", ["a,b", "'", '"', "\\", '\\",', "[,", "", " a ", "밑,바닥", "# a"])
def test_a_text_that_is_quoted_is_one_value_whatever_is_in_it(text):
    quoted = settings.quoted("data.dir", text).removeprefix("data.dir=")
    assert list(settings.separated(f"{quoted},b")) == [quoted, "b"]
    if text:
        assert settings.read_several(settings.quoted("data.dir", text), [])[1] == [text]


@pytest.mark.parametrize(
    ("setting", "key", "values"),
    [
        ("train.learning_rate=0.1,1e-3", "train.learning_rate", [0.1, 0.001]),
        (" train.epochs = 3 , 5 ", "train.epochs", [3, 5]),
        ("network.hidden=[300, 100],50", "network.hidden", [(300, 100), (50,)]),
        ("network.init=he,0.01", "network.init", ["he", 0.01]),
        ("data.dir='a, b',c", "data.dir", ["a, b", "c"]),
        ("data.dir=it's", "data.dir", ["it's"]),
        ('data.classes=["a,b", c],[d, e]', "data.classes", [("a,b", "c"), ("d", "e")]),
    ],
)
def test_each_value_of_a_sweep_is_read_by_the_rule_of_its_key(setting, key, values):
    problems = []
    assert settings.read_several(setting, problems) == (key, values)
    assert not problems


def test_each_value_that_the_rule_does_not_take_is_told():
    problems = []
    settings.read_several('train.epochs=3,"3",,[4', problems)
    assert [problem.rpartition("10000")[2] for problem in problems] == [
        ", got the text '3'",
        ", got nothing",
        "; expected ',' or ']', but got '<stream end>'; the list is not closed: ]",
    ]


@pytest.mark.parametrize(
    ("setting", "advice"),
    [
        ("train.learning_rate=[0.1,0.3]", "without the brackets: 0.1,0.3"),
        ("train.learning_rate=(0.1,0.3)", "without the brackets: 0.1,0.3"),
        ("network.activation=[relu,sigmoid]", "without the brackets: relu,sigmoid"),
        ("network.hidden=(100,50)", "in square brackets: [100,50]"),
        ("network.hidden=[[100,50],[30]]", "without the brackets: [100,50],[30]"),
        ("train.learning_rate=range(0.1,0.5,0.1)", "list the values: train.learning_rate=V1,V2"),
        ("train.learning_rate=choice(0.1,0.3)", "list the values: train.learning_rate=V1,V2"),
        ("train.epochs=np.logspace(-3,-1,5)", "list the values: train.epochs=V1,V2"),
        ("train.learning_rate=[0.1,x]", None),
        ("network.hidden=(100,50", None),
        ("train.learning_rate=x", None),
    ],
)
def test_values_in_brackets_or_of_a_function_are_one_error_that_says_what_to_write(setting, advice):
    problems = []
    settings.read_several(setting, problems)
    assert len(problems) == 1
    assert problems[0].partition("; ")[2] == (advice or "")


def test_a_setting_without_a_key_that_is_known_is_refused():
    with pytest.raises(Refused, match=r"did you mean train\.learning_rate\?"):
        settings.read_several("lr=0.1,0.3", [])
    with pytest.raises(Refused, match="expected KEY=VALUE"):
        settings.read_several("train.epochs", [])


@pytest.mark.parametrize(
    ("setting", "hinted"),
    [
        ("train.learning_rate=0.1,0.3", True),
        ("network.hidden=100,300", True),
        ("network.hidden=[100],[300, 50]", True),
        ("network.activation=relu,sigmoid", True),
        ("train.epochs=1,000", False),
        ("train.learning_rate=0,1", False),
        ("train.learning_rate=0.1,", False),
        ("train.epochs=x", False),
    ],
)
def test_several_values_where_one_is_meant_lead_to_bpnet_sweep(setting, hinted):
    with pytest.raises(Refused) as refused:
        settings.read(setting)
    assert str(refused.value).endswith("; `bpnet sweep` trains with each of them") == hinted


def test_a_path_with_a_comma_is_one_value_of_a_training():
    assert settings.read("data.dir=a,b") == {"data.dir": "a,b"}
