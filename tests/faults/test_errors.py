"""The disk refuses an operation: one line, exit status 1, the old file intact, nothing left."""

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
from itertools import count

import pytest

from bpnet.runs import results
from tests.helpers.disk import ERRORS, Refusing, from_now_on, refusing, strays
from tests.helpers.forks import outcome, run

SIZES = [300, 600, 1000, 4096, 20_000, 50_000, 55_000, 80_000, 100_000, 102_000]


def interrupted_in_epoch_3():
    """Let Ctrl-C come when two epochs are saved."""
    write = results.write

    def write_and_interrupt(run, state):
        if len(state.records) == 2:
            results.write = write  # a second one would act at once
            os.kill(os.getpid(), signal.SIGINT)
        return write(run, state)

    results.write = write_and_interrupt


def judge(ended, folder, code):
    """Assert that an error was told in one line that names the folder, and has left no trace."""
    assert ended.status == 1
    assert ended.out == ""
    (line,) = (line for line in ended.err.splitlines() if not line.startswith("epoch"))
    assert line.startswith("Error: ")
    assert str(folder) in line
    assert os.strerror(code) in line
    assert strays(folder) == set()


def numbers_and_codes(cases):
    """Yield which operations fail with which errors: each with all, or every fourth with one."""
    step = 4 // cases(4)
    for number in count(1, step):
        for code in ERRORS if step == 1 else [one_of_them(number)]:
            yield number, code


def one_of_them(number):
    return ERRORS[number // 4 % 4]


def resume(folder, command):
    """Go on with the run, or begin it if it was not yet one."""
    begun = (folder / "config.yaml").exists()
    resumed = run(folder.parent, *(("train", "--resume") if begun else command), folder)
    assert resumed.status == 0, resumed.err
    assert strays(folder) == set()
    return outcome(folder)


def test_an_error_at_any_operation_of_a_run_is_told_and_nothing_is_lost(
    cases, four_saves, straight, tmp_path
):
    command = (*four_saves, "--run-dir")
    for number, code in numbers_and_codes(cases):
        folder = tmp_path / f"failed-{number}-{code}"
        ended = run(tmp_path, *command, folder, hinder=refusing(folder, number, code))
        if ended.status == 0:
            break
        judge(ended, folder, code)
        if code == one_of_them(number):
            assert resume(folder, command) == straight, f"operation {number}"
    assert number > 180


def test_an_error_at_any_operation_of_a_resumed_run_is_told_and_nothing_is_lost(
    cases, four_saves, straight, tmp_path
):
    begun = tmp_path / "begun"
    run(tmp_path, *four_saves, "--run-dir", begun, hinder=interrupted_in_epoch_3)
    assert (begun / "checkpoint.npz").exists()
    for number, code in numbers_and_codes(cases):
        folder = tmp_path / f"failed-{number}-{code}"
        shutil.copytree(begun, folder)
        ended = run(tmp_path, "train", "--resume", folder, hinder=refusing(folder, number, code))
        if ended.status == 0:
            break
        judge(ended, folder, code)
        if code == one_of_them(number):
            assert resume(folder, ()) == straight, f"operation {number}"
    assert number > 140


def test_a_failed_fsync_that_is_tried_again_is_found_out(four_saves, tmp_path):
    def try_twice():
        kept = from_now_on(folder, Refusing(number, errno.EIO).meet)
        watched = os.fsync

        def stubborn(descriptor):
            try:
                watched(descriptor)
            except OSError:
                watched(descriptor)

        os.fsync = stubborn
        return kept

    for number in count(1):
        folder = tmp_path / f"failed-{number}"
        ended = run(tmp_path, *four_saves, "--run-dir", folder, hinder=try_twice)
        assert number < 40, "no fsync was refused"
        if "a failed fsync is tried again" in ended.err:
            break


@pytest.mark.parametrize("size", SIZES)
def test_a_file_that_may_grow_no_further_is_told_and_nothing_is_lost(
    four_saves, straight, tmp_path, size
):
    folder = tmp_path / "full"
    ended = run(
        tmp_path, *four_saves, "--run-dir", folder,
        hinder=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY)),
    )  # fmt: skip
    judge(ended, folder, errno.EFBIG)
    assert resume(folder, (*four_saves, "--run-dir")) == straight


ON_A_SMALL_DISK = """
mount -t tmpfs -o size={size}k none full || exit 99
"$0" "$@" --run-dir full/run
status=$?
ls -A full/run
exit $status
"""


@pytest.mark.parametrize("size", [4, 60, 110, 150, 220, 290])
def test_a_disk_that_is_really_full_is_told_of_and_keeps_what_it_has(four_saves, tmp_path, size):
    (tmp_path / "full").mkdir()
    script = ON_A_SMALL_DISK.format(size=size)
    try:
        ended = subprocess.run(
            ["unshare", "-rm", "sh", "-c", script, sys.executable, "-m", "bpnet", *four_saves],
            cwd=tmp_path, capture_output=True, check=False, encoding="utf-8",
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("no unshare")
    if ended.returncode in (1, 99) and "Error" not in ended.stderr:
        pytest.skip(f"no disk of one's own: {ended.stderr}")
    assert ended.returncode == 1
    line = ended.stderr.splitlines()[-1]
    assert line.startswith("Error: full/run")
    assert line.endswith("No space left on device")
    assert "Traceback" not in ended.stderr
    assert ".tmp" not in ended.stdout
    assert ("weights.npz" in ended.stdout) == ("epoch" in ended.stderr)
