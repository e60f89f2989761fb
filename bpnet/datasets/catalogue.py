"""The datasets that others published: where their files are, and what is in them, to the bit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
LARGEST = 47_040_016  # bytes, unpacked


@dataclass(frozen=True)
class Published:
    """A file as it was published."""

    name: str
    size: int
    sha256: str

    def matches(self, content: bytes) -> bool:
        """Whether these are the bytes that were published."""
        return len(content) == self.size and hashlib.sha256(content).hexdigest() == self.sha256


@dataclass(frozen=True)
class File:
    """One of the four files, as it was published, and unpacked where that hash is known too."""

    packed: Published
    unpacked: Published | None = None  # if not, no other form of the file can be known again

    @property
    def name(self) -> str:
        """The name of the unpacked file."""
        return self.packed.name.removesuffix(".gz")

    def forms(self) -> Sequence[Published]:
        """The files that will do, the quicker one to read first."""
        return [form for form in (self.unpacked, self.packed) if form]


@dataclass(frozen=True)
class Source:
    """Where a dataset was published, and where in a data folder torchvision puts it."""

    mirrors: tuple[str, ...]
    files: tuple[File, ...]
    torchvision: str | None = None


def _file(name: str, size: int, sha256: str, unpacked: tuple[int, str] | None = None) -> File:
    return File(
        packed=Published(f"{name}.gz", size, sha256),
        unpacked=Published(name, *unpacked) if unpacked else None,
    )


SOURCES = {
    "mnist": Source(
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://raw.githubusercontent.com/fgnt/mnist/master/",
        ),
        files=(
            _file(
                NAMES[0],
                9912422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                (47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            ),
            _file(
                NAMES[1],
                28881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                (60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            ),
            _file(
                NAMES[2],
                1648877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                (7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            ),
            _file(
                NAMES[3],
                4542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                (10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
            ),
        ),
        torchvision="MNIST/raw",
    ),
    "fashion-mnist": Source(
        mirrors=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        files=(
            _file(
                NAMES[0],
                26421880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            _file(
                NAMES[1],
                29515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            _file(
                NAMES[2],
                4422102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            _file(
                NAMES[3],
                5148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ),
        torchvision="FashionMNIST/raw",
    ),
    "kmnist": Source(
        mirrors=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        files=(
            _file(
                NAMES[0],
                18165135,
                "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            ),
            _file(
                NAMES[1],
                29497,
                "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            ),
            _file(
                NAMES[2],
                3041136,
                "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            ),
            _file(
                NAMES[3],
                5120,
                "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
            ),
        ),
        torchvision="KMNIST/raw",
    ),
}


def known(content: bytes) -> str | None:
    """Return whose file this is, of all that are known, such as mnist's train-images-idx3-ubyte."""
    for dataset, source in SOURCES.items():
        for form in (form for file in source.files for form in file.forms()):
            if form.matches(content):
                return f"{dataset}'s {form.name}"
    return None
