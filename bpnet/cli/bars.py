"""tqdm's bars, with a lock of this process alone.

tqdm's own lock is one between processes: a semaphore, which a killed process leaves behind.
"""

from threading import RLock

from tqdm import tqdm

__all__ = ["tqdm"]

tqdm.set_lock(RLock())
