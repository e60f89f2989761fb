"""The disk refuses an operation in the cache: a download is told of it, and nothing wrong stays."""

import errno
import os

import pytest

from bpnet.datasets import drawn_digits
from tests.helpers.disk import ERRORS, from_now_on, refusing
from tests.helpers.forks import run
from tests.helpers.server import serving
from tests.helpers.sources import good, holds_only_right_files, is_enough, published_by


def temporary_files(folder):
    return [path.name for path in folder.rglob(".*.tmp")]


def operations(data, *command):
    """Return how many operations a command has in the folder of the data."""

    def meet(operation):
        os.write(2, b"an operation\n")
        return operation.do()

    ended = run(data.parent, *command, data, hinder=lambda: from_now_on(data, meet))
    return ended.err.count("an operation\n")


def test_an_error_at_any_operation_of_a_download_leaves_no_wrong_file(cases, tmp_path):
    fetch = ("data", "fetch", "--data-dir")
    with serving() as server, published_by(server.mirror(good)):
        total = operations(tmp_path / "counted", *fetch)
        assert total > 100
        for number in range(1, total + 1, 4 // cases(4)):
            data, code = tmp_path / str(number), ERRORS[number // 4 % 4]
            ended = run(tmp_path, *fetch, data, hinder=refusing(data, number, code))
            assert ended.status in (0, 1)  # it can do without its lock
            if ended.status:
                assert ended.err.startswith("Error: ")
                assert ended.err.count("\n") == 1
                assert os.strerror(code) in ended.err
            assert "a failed fsync is tried again" not in ended.err
            assert holds_only_right_files(data / "mnist")
            assert temporary_files(tmp_path) == []
            assert run(tmp_path, *fetch, data).status == 0
            assert is_enough(data / "mnist")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_drawn_digits_that_cannot_be_kept_are_told_of_and_used(tmp_path, monkeypatch, code):
    monkeypatch.setattr(drawn_digits, "COUNTS", (60, 20))
    digits = drawn_digits.draw()
    monkeypatch.setattr(drawn_digits, "draw", lambda dataset: digits)
    show = ("data", "show", "--dataset", "drawn", "--data-dir")
    told = 0
    for number in range(1, 60, 3):
        data = tmp_path / str(number)
        ended = run(tmp_path, *show, data, hinder=refusing(data, number, code))
        assert ended.status == 0, ended.err
        told += "the drawn digits are not kept: " in ended.err
        assert temporary_files(tmp_path) == []
        assert run(tmp_path, *show, data).out == ended.out
    assert told > 8
