"""Measures `readinglist --version` against `python -c "import click"`, in turns.

python tests/benchmarks/start_up.py [ROUNDS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    script = Path(sys.executable).with_name("readinglist")
    program = [str(script)] if script.exists() else [sys.executable, "-m", "readinglist"]
    commands = {
        "python -c 'import click'": [sys.executable, "-c", "import click"],
        "readinglist --version": [*program, "--version"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 2):
        for name, command in commands.items():
            begin = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            if number >= 2:  # the first ones bring the files into memory
                times[name].append(1000 * (time.perf_counter() - begin))
    click, ours = (statistics.median(values) for values in times.values())
    for name, values in times.items():
        median, fastest = statistics.median(values), min(values)
        print(f"{name:25} median {median:6.1f} ms   fastest {fastest:6.1f} ms")
    print(f"ratio {ours / click:.2f}  ({rounds} rounds)")


if __name__ == "__main__":
    main()
