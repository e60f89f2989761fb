"""Texts near the schema of the config: most values right, others nearly, or a trap of YAML."""

from hypothesis import strategies as some
from hypothesis.strategies import DrawFn, SearchStrategy

from bpnet.config import rules
from bpnet.config.schema import rules as rules_of_all

RULES = rules_of_all()
SECTIONS = sorted({name.partition(".")[0] for name in RULES if "." in name})
KEYS = sorted({name.rpartition(".")[2] for name in RULES})

# What stands in YAML for a value: near what is right, near what YAML makes of it, or anything.
numbers = some.one_of(
    some.integers(-2, 20_000).map(str),
    some.integers().map(str),
    some.floats().map(repr),
    some.floats(0, 1).map(repr),
    some.decimals(places=3, allow_nan=False, allow_infinity=False).map(str),
)
TRAPS = """
    .nan .inf -.inf nan inf 1e999 1e-999 010 0x10 0b1 1_000 1:30 12:30:45 2024-13-45 2024-01-01
    no yes on off true false null ~ y n -0 -0.0 +1 1. .5 1e5 1E-3 1.0e+3 - ? : , & * ! | > % @ ` #
    {} [] [[]] {a:1} [1,2] [50,20] [0] [1.5] ['1'] "1" '0.1' ３ é 한 \\ "\\ud800" "\\0" !!int
    !!python/name:os.system &a *a <<
"""
traps = some.sampled_from(TRAPS.split())
words = some.sampled_from(
    ["mnist", "fashion-mnist", "drawn", "relu", "sigmoid", "he", "xavier", "cosine", "float32"]
)
texts = some.text(max_size=12)
lists = some.lists(numbers, max_size=18).map(lambda items: f"[{', '.join(items)}]")
quoted = some.one_of(numbers, words, texts).map(lambda text: f"'{text}'")


def right(rule: rules.Rule) -> SearchStrategy[str]:
    """Return values that the rule takes, as text."""
    match rule:
        case rules.Whole(low, high):
            return some.integers(low, high).map(str)
        case rules.Real(low, high):
            return some.floats(low, high).map(repr)
        case rules.Positive(high):
            return some.floats(0, high, exclude_min=True).map(repr)
        case rules.OneOf(choices):
            return some.sampled_from(choices)
        case rules.Folder():
            return some.text("aé한 /._~-:#,{'", max_size=30).map(lambda text: f"'{text}'")
        case rules.Name(longest):
            names = some.text("aé한 7/._~-:#,{", min_size=1, max_size=longest).map(str.strip)
            return names.filter(bool).map(lambda text: f"'{text}'")
        case rules.Either(first, second):
            return some.one_of(right(first), right(second))
        case rules.ListOf(inner, longest):
            several = some.lists(right(inner), max_size=longest)
            return some.one_of(right(inner), several.map(lambda items: f"[{', '.join(items)}]"))
    raise AssertionError(f"a rule that is not known here: {rule!r}")


wrong = some.one_of(numbers, traps, words, texts, lists, quoted)
keys = some.one_of(some.sampled_from(KEYS), some.sampled_from(SECTIONS), traps, texts)


def lines(prefix: str) -> SearchStrategy[list[str]]:
    """Return lines for the keys of a section: most of them right, now and then one that is not."""
    known = [name for name in RULES if name.rpartition(".")[0] == prefix]
    words = [name.rpartition(".")[2] for name in known]
    good = [
        right(RULES[name]).map(f"{word}: {{}}".format)
        for name, word in zip(known, words, strict=True)
    ]
    bad = some.tuples(some.sampled_from([*words, *KEYS, *SECTIONS]), wrong).map(": ".join)
    odd = some.tuples(some.one_of(traps, texts), wrong).map(": ".join)
    line = some.one_of(*good * (60 // len(good)), bad, odd)
    return some.lists(line, max_size=4, unique_by=lambda text: text.partition(":")[0])


LINES = {section: lines(section) for section in ["", *SECTIONS]}
chosen_sections = some.lists(some.sampled_from(SECTIONS), max_size=3, unique=True)
ends = some.sampled_from(["\n"] * 8 + ["", "\r\n", "\n---\n", "\n...\n", "  # 끝\n", "\t", "\0"])


@some.composite
def documents(draw: DrawFn) -> str:
    """Return the text of a config, its sections in block or in flow form."""
    parts = draw(LINES[""])
    for section in draw(chosen_sections):
        inside = draw(LINES[section])
        if draw(some.booleans()):
            parts.append(f"{section}: {{{', '.join(inside)}}}")
        else:
            parts.append("\n  ".join([f"{section}:", *inside]))
    return "\n".join(parts) + draw(ends)
