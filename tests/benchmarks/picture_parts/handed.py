"""Pictures by people, in a folder with KIND-NN/D-x.ext: the digit D, from source NN."""

import re
from collections import defaultdict
from pathlib import Path

from bpnet.errors import BpnetError
from bpnet.pictures.decoding import Decoder
from picture_parts.reading import Row, against, seen

BARS = {  # right, of the handed pictures
    ("single", "sprint"): 158,
    ("single", "elastic"): 163,
    ("single", "hand"): 165,
    ("axes", ""): 6,
    ("printed", ""): 9,
}


def rows(readers, images, labels, folder):
    """Return how many of each kind are read right, and of each source."""
    if folder is None:
        return [Row("handed pictures", "", "skipped: give --handed FOLDER")]
    files = _pictures(Path(folder))
    with Decoder() as decoder:
        pictures = [_seen(decoder, path) for path, _ in files]
    return [row for reader in readers for row in _of(reader, files, pictures)]


def _pictures(folder):
    """Return each picture's path and its digits, which its name begins with."""
    paths = sorted(path for path in folder.glob("*/*") if path.name[0].isdigit())
    return [(path, [int(digit) for digit in re.match(r"\d+", path.name)[0]]) for path in paths]


def _seen(decoder, path):
    try:
        return seen(decoder.grey(path.read_bytes(), path.name))
    except BpnetError:
        return []


def _of(reader, files, pictures):
    kinds = defaultdict(lambda: defaultdict(list))
    for (path, truth), reading in zip(files, reader.readings(pictures), strict=True):
        source = path.parent.name
        kinds[source.split("-")[0]][source].append(reading.digits == truth)
    for kind, sources in kinds.items():
        hits = [hit for found in sources.values() for hit in found]
        bar = next((b for (k, n), b in BARS.items() if k == kind and n in reader.name), None)
        each = ", ".join(f"{name[-2:]}: {sum(h)}/{len(h)}" for name, h in sources.items())
        figure = f"{sum(hits)} of {len(hits)}" + f" ({each})" * (len(sources) > 1)
        yield Row(f"handed, {kind}", reader.name, figure, *against(sum(hits), bar))
