"""tqdm's bars, with a lock of their own process."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(("module", "leaves"), [("bpnet.cli.bars", False), ("tqdm", True)])
def test_a_bar_makes_no_semaphore_that_would_outlive_a_killed_process(module, leaves):
    code = (
        f"import sys; from {module} import tqdm; tqdm(total=1).close();"
        "sys.exit('multiprocessing.synchronize' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL, check=False)
    assert done.returncode == leaves
