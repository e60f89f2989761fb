"""What bash takes for a word: it splits KEY=VALUE at the sign, and completes the last part alone.

click's own class for bash does not know it. zsh and fish leave the words as they are.
"""

from click.shell_completion import BashComplete, CompletionItem, add_completion_class

_ADDED = "COMPREPLY+=($value)"
_NO_BLANK = "[[ $value == *= ]] && compopt -o nospace"  # behind KEY= comes its value


class Bash(BashComplete):
    """bash, with its parts put together again."""

    source_template = BashComplete.source_template.replace(_ADDED, f"{_ADDED}; {_NO_BLANK}")
    before = ""  # the sign, and what stands before it

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before, and the one that is not complete."""
        words, typed = super().get_completion_args()
        if typed == "=" and words:
            words, typed = [*words, "="], ""
        if words[-1:] == ["="] and len(words) > 1:
            *words, key, _ = words
            self.before = f"{key}="
        return words, self.before + typed

    def format_completion(self, item: "CompletionItem[str]") -> str:
        """Return the item as click's script expects it, without what bash leaves as it is."""
        item.value = item.value.removeprefix(self.before)
        return super().format_completion(item)


def use() -> None:
    """Let click use this class for bash."""
    add_completion_class(Bash)
