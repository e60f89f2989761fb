"""The harness itself: a forked process runs the program, and is hindered alone."""

import os

from tests.helpers.forks import Fork, run


def test_a_fork_ends_as_the_program_does_and_says_what_it_says(tmp_path):
    version = run(tmp_path, "--version")
    assert (version.status, version.err) == (0, "")
    assert version.out.startswith("bpnet 0.")
    wrong = run(tmp_path, "eval", "nowhere")
    assert wrong[:3] == (1, "", "Error: nowhere: does not exist\n")


def test_a_fork_that_is_killed_says_so_and_this_process_is_left_alone(tmp_path):
    def kill():
        os.kill(os.getpid(), 9)

    assert run(tmp_path, "--version", hinder=kill).status == -9
    assert Fork(tmp_path, "--version").wait().status == 0
