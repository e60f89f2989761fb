"""tqdm's bars, with a lock of their own process."""

import io
import subprocess
import sys

import pytest

from bpnet.cli import bars


@pytest.mark.parametrize(("module", "leaves"), [("bpnet.cli.bars", False), ("tqdm", True)])
def test_a_bar_makes_no_semaphore_that_would_outlive_a_killed_process(module, leaves):
    code = (
        f"import sys; from {module} import tqdm; tqdm(total=1).close();"
        "sys.exit('multiprocessing.synchronize' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL, check=False)
    assert done.returncode == leaves


def test_a_bar_takes_nothing_from_the_environment_and_starts_no_thread():
    code = (
        "import os, threading; os.environ |= {'TQDM_NCOLS': 'wide', 'TQDM_DISABLE': '1'};"
        "from bpnet.cli.bars import tqdm; bar = tqdm(total=2); bar.update();"
        "print(bar.disable, bar.ncols, threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "False None 1\n"


def test_a_bar_whose_pace_falls_is_still_drawn():
    drawn = io.StringIO()
    with bars.tqdm(total=10**6, file=drawn, mininterval=0) as bar:
        for _ in range(1000):
            bar.update(100)
        for _ in range(3):
            drawn.seek(0)
            drawn.truncate()
            bar.update(1)
            assert drawn.getvalue()
