"""What is measured, and on which machine."""

import os
import platform
import re
import subprocess
from pathlib import Path


def cores():
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def described():
    """Return the processor, its cores, and the system."""
    python = f"Python {platform.python_version()}"
    return f"{_processor()}; {cores()} cores; {platform.platform()}; {python}"


def commit(folder):
    """Return the commit that a checkout stands at, and whether something in it is changed."""
    command = ["git", "-C", folder, "describe", "--always", "--dirty", "--exclude=*"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "no commit"


def _processor():
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.processor()
    told = dict(re.findall(r"^([^\t]+)\t*: (.*)$", path.read_text(encoding="utf-8"), re.M))
    name = told.get("model name", platform.machine())
    if "flags" in told:
        wide = "with" if "avx512f" in told["flags"].split() else "without"
        name += f" (family {told.get('cpu family')}, model {told.get('model')}), {wide} AVX-512"
    return name
