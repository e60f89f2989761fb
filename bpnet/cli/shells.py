"""What bash and zsh do otherwise than click, which writes their scripts, expects.

bash splits KEY=VALUE at the sign, and completes the last part alone. Both would put a blank behind
KEY=, where its value comes. fish does neither.
"""

import click.shell_completion as of_click

BASH = "COMPREPLY+=($value)"  # from click's scripts, and what follows or takes its place
BASH_WITHOUT_BLANK = f"{BASH}; [[ $value == *= ]] && compopt -o nospace"
ZSH = 'if [[ "$type" == "plain" ]]; then'
ZSH_WITHOUT_BLANK = f"""if [[ "$key" == *= ]]; then
            compadd -U -V unsorted -S '' -- "$key"
        el{ZSH}"""


class Bash(of_click.BashComplete):
    """bash, with the parts of a word put together again."""

    source_template = of_click.BashComplete.source_template.replace(BASH, BASH_WITHOUT_BLANK)
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

    def format_completion(self, item: "of_click.CompletionItem[str]") -> str:
        """Return the item as the script expects it, without what bash leaves as it is."""
        item.value = item.value.removeprefix(self.before)
        return super().format_completion(item)


class Zsh(of_click.ZshComplete):
    """zsh, without a blank behind KEY=."""

    source_template = of_click.ZshComplete.source_template.replace(ZSH, ZSH_WITHOUT_BLANK)


def teach() -> None:
    """Let click use these classes."""
    of_click.add_completion_class(Bash)
    of_click.add_completion_class(Zsh)
