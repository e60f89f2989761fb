"""Tables in Markdown. Of what has failed there are no values: its cells are "-"."""

import statistics


def table(heads, rows):
    """Return the table as text."""
    return "\n".join([line(heads), "|" + "---|" * len(heads), *map(line, rows)])


def line(cells):
    """Return a line of a table as text."""
    return "|" + "".join(f" {cell} |" if cell != "" else " |" for cell in cells)


def middle(values, form="{:.2f}"):
    """Return the median."""
    values = list(values)
    return form.format(statistics.median(values)) if values else "-"


def spread(values, digits=2):
    """Return the median, and the least and the greatest."""
    values = list(values)
    if not values:
        return "-"
    low, high = min(values), max(values)
    return f"{statistics.median(values):,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def ratios(ones, others):
    """Return the spread of the quotients, round by round; 1 of what is compared with itself."""
    if ones and ones is others:
        return "1"
    return spread(one / other for one, other in zip(ones, others, strict=False))
