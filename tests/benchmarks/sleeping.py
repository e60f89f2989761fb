"""Dask workers as threads of one process, whose runs only sleep: `clusters.py scale`.

    python -m tests.benchmarks.sleeping ADDRESS RUN N

N workers come to the scheduler. Each run is as finished as RUN, after a second.
"""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from distributed import Worker

from bpnet.cli.cluster import process, store

LIKE = Path(sys.argv[2])
SECONDS = 1.0


def sleep(desk, folder, data):
    """Sleep, and leave what the other run has left, but for its config."""
    time.sleep(SECONDS)
    own = json.loads((folder / "run.json").read_bytes())
    facts = json.loads((LIKE / "run.json").read_bytes())
    del facts["config"]
    for name in ("weights.npz", "log.csv", "doubt.npz", "checkpoint.npz"):
        if (LIKE / name).exists():
            shutil.copyfile(LIKE / name, folder / name)
    (folder / "run.json").write_text(json.dumps(own | facts), encoding="utf-8")
    return 0


async def work(address, number):
    """Have so many workers until the scheduler goes."""
    with tempfile.TemporaryDirectory() as folder:
        options = {"nthreads": 1, "local_directory": folder, "dashboard": False}
        workers = [Worker(address, **options) for _ in range(number)]
        await asyncio.gather(*workers)
        await asyncio.gather(*(worker.finished() for worker in workers))


if __name__ == "__main__":
    process.run = sleep
    store.find = lambda desk: None
    asyncio.run(work(sys.argv[1], int(sys.argv[3])))
