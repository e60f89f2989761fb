"""How much memory there is: the least that machine, control groups and process may have."""

import os
import subprocess
import sys

import pytest

from bpnet.errors import BpnetError
from bpnet.system import memory


@pytest.fixture
def group(tmp_path):
    """Return a function that gives a control group this limit."""

    def limit(path, text):
        file = tmp_path / "limits" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    return limit


def limits(tmp_path, listing):
    (tmp_path / "cgroup").write_text(listing, encoding="utf-8")
    return sorted(memory.of_groups(tmp_path / "cgroup", tmp_path / "limits"))


def test_the_own_group_and_all_above_it_count(group, tmp_path):
    group("memory.max", "9000\n")
    group("a/memory.max", "max\n")
    group("a/b/memory.max", "7000\n")
    group("a/c/memory.max", "5\n")
    assert limits(tmp_path, "0::/a/b\n") == [7000, 9000]
    assert limits(tmp_path, "0::/\n") == [9000]


def test_the_first_version_has_a_tree_for_memory(group, tmp_path):
    group("memory/docker/1/memory.limit_in_bytes", "6000\n")
    group("memory/memory.limit_in_bytes", "9223372036854771712\n")
    group("memory.max", "5\n")
    assert limits(tmp_path, "3:cpu,memory:/docker/1\n2:pids:/x\n") == [6000, 9223372036854771712]


def test_a_container_that_sees_its_group_from_outside_has_the_limit_of_its_root(group, tmp_path):
    group("memory/memory.limit_in_bytes", "8000\n")
    assert limits(tmp_path, "3:memory:/docker/of-the-host\n0::/../elsewhere\n") == [8000]


def test_where_the_system_says_nothing_there_is_no_limit(tmp_path):
    assert list(memory.of_groups(tmp_path / "none", tmp_path / "limits")) == []
    assert limits(tmp_path, "") == []


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="no such system")
def test_no_more_is_there_than_the_machine_has():
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < memory.available() <= pages


def test_the_limit_of_the_process_counts():
    pytest.importorskip("resource")
    code = (
        "import resource; from bpnet.system import memory\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**28, resource.RLIM_INFINITY))\n"
        "print(memory.available())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert int(done.stdout) == 2**28


def test_what_needs_more_than_there_is_is_refused_in_a_line(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 22_000_000_000)
    memory.refuse_more(22_000_000_000, "a small network")
    with pytest.raises(BpnetError) as caught:
        memory.refuse_more(24_500_000_000, "this network")
    (line,) = caught.value.lines
    assert line.startswith("this network needs 24.5 GB of memory; 22.0 GB are there: ")
    assert "network.hidden" in line


def test_where_nothing_is_known_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: None)
    memory.refuse_more(10**30, "anything")
