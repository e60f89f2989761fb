"""tqdm's bars: as this program asks for them, in a process that makes nothing for their sake.

tqdm would take its defaults from TQDM_* in the environment, in every bar, and fail on those that it
cannot read. Its own lock is one between processes: a semaphore, which a killed process leaves
behind. Its monitor is a thread that draws a bar whose pace has fallen, after 10 seconds or more. A
bar that looks at the clock at each update, which takes a microsecond, needs none.
"""

import os
import sys
from functools import partialmethod
from threading import RLock
from types import ModuleType

for name in [name for name in os.environ if name.startswith("TQDM_")]:
    del os.environ[name]

# tqdm would look for its own version, which nobody asks for, by importlib.metadata: 25 ms
sys.modules["tqdm.version"] = version = ModuleType("tqdm.version")
version.__dict__["__version__"] = ""

from tqdm import tqdm  # noqa: E402  # it reads the environment here

__all__ = ["tqdm"]

tqdm.set_lock(RLock())
tqdm.monitor_interval = 0
tqdm.__init__ = partialmethod(tqdm.__init__, miniters=1)  # type: ignore[assignment, method-assign]
