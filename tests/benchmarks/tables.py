"""Tables in Markdown."""

import statistics


def table(heads, rows):
    """Return the table as text."""
    return "\n".join(map(line, [heads, ["---"] * len(heads), *rows]))


def line(cells):
    """Return a line of a table as text."""
    return f"| {' | '.join(map(str, cells))} |"


def spread(values, digits=2):
    """Return the median, and the least and the greatest."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
