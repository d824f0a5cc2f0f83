"""Lets atheris make inputs for one parser, and says what came of it.

    python -m tests.fuzzing TARGET --minutes 30     fuzz; needs `pip install -e '.[fuzz]'`
    python -m tests.fuzzing TARGET FILE ...         look at some inputs again

What was learnt stays in `.fuzzing/TARGET` and the next run goes on from there: the corpus, and
beside it each finding.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from tests.fuzzing.judging import Finding, Target

TARGETS = (
    "listing", "html", "json", "csl", "jsonlines", "bib", "query", "config", "views", "aux", "atom",
    "mail", "ris", "recognition",
)  # fmt: skip
_LONGEST = 3000
"""Bytes of the inputs that atheris makes; some are made long, to be timed."""
_SHARE_FOR_LONG_INPUTS = 0.25
"""Of the CPU time."""


def main() -> None:
    """Fuzz, or look at files."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("files", nargs="*", type=Path, help="inputs to look at again")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to fuzz, else 1")
    given = parser.parse_args()
    if given.files:
        sys.exit(_look_at(given.target, given.files))
    if not find_spec("atheris"):
        parser.error("atheris is not there: pip install -e '.[fuzz]'")
    _Run(given.target, given.minutes).go()


def _look_at(name: str, files: list[Path]) -> int:
    from tests.fuzzing.judging import judge_again
    from tests.fuzzing.targets import TARGETS as ALL

    found = [(file, judge_again(ALL[name], file.read_bytes())) for file in files]
    for file, finding in found:
        print(f"{file}: {finding.told if finding else 'nothing'}")
    return int(any(finding for _, finding in found))


class _Run:
    """One run of one target, in this process."""

    def __init__(self, name: str, minutes: float) -> None:
        self._name = name
        self._folder = Path(".fuzzing", name)
        self._corpus = self._folder / "corpus"
        self._corpus.mkdir(parents=True, exist_ok=True)
        self._seconds = minutes * 60
        self._executions = 0
        self._long_ones = 0.0
        self._findings: dict[str, int] = {}
        self._target = self._instrumented()

    def _instrumented(self) -> Target:
        import atheris

        from tests.fuzzing.judging import judge

        with atheris.instrument_imports(include=["readinglist.", "yaml", "rispy"]):
            targets = importlib.import_module("tests.fuzzing.targets")
            target: Target = targets.TARGETS[self._name]
            for seed in target.seeds:  # what is imported late is imported now
                judge(target, seed)
        return target

    def go(self) -> NoReturn:
        """Fuzz until the time is over."""
        import atheris

        for seed in self._target.seeds:
            (self._corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
        words = self._folder / "words"
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in self._target.words))
        self._began, self._cpu = time.monotonic(), time.process_time()
        options = [
            f"-dict={words}", f"-artifact_prefix={self._folder}/", f"-max_len={_LONGEST}",
            "-len_control=20", "-timeout=600", "-rss_limit_mb=4000",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, str(self._corpus)], self._one_input)
        atheris.Fuzz()
        sys.exit("atheris stopped early")

    def _one_input(self, data: bytes) -> None:
        from tests.fuzzing.judging import LONG, forget_answers, judge, judge_speed, made_long

        self._executions += 1
        self._take(judge(self._target, data), judge)
        spent = time.process_time() - self._cpu
        if data and self._long_ones < _SHARE_FOR_LONG_INPUTS * spent:
            before = time.process_time()
            self._executions += 1
            long = made_long(data, LONG, self._executions)
            self._take(judge_speed(self._target, long), None)
            forget_answers()
            self._long_ones += time.process_time() - before
        if time.monotonic() - self._began > self._seconds:
            self._end()

    def _take(self, finding: Finding | None, again: Any) -> None:
        from tests.fuzzing.judging import smaller

        if not finding:
            return
        if finding.what in self._findings:
            self._findings[finding.what] += 1
            return
        if again:
            finding = smaller(finding, lambda data: again(self._target, data))
        file = self._folder / f"finding-{hashlib.sha256(finding.data).hexdigest()[:12]}"
        file.write_bytes(finding.data)
        if finding.what.startswith("TooSlowError") and not self._is_slow_by_itself(file):
            file.unlink()
            return
        self._findings[finding.what] = 1
        file.with_suffix(".txt").write_text(
            f"{finding.what}\n{finding.told}", errors="backslashreplace"
        )
        print(f"FOUND {finding.what}: {file}", flush=True)

    def _is_slow_by_itself(self, file: Path) -> bool:
        """Return whether an input is slow without the counting of branches, too."""
        command = [sys.executable, "-m", "tests.fuzzing", self._name, str(file)]
        return subprocess.run(command, check=False, capture_output=True).returncode != 0

    def _end(self) -> NoReturn:
        seconds, cpu = time.monotonic() - self._began, time.process_time() - self._cpu
        print(
            f"{self._name}: {seconds:.0f} s, {self._executions:,} executions, "
            f"{self._executions / seconds:.0f} a second, {cpu:.0f} s of CPU time, "
            f"{len(self._findings)} findings"
        )
        for what, count in self._findings.items():
            print(f"  {count:,} x {what}")
        sys.stdout.flush()
        importlib.import_module("tests.fuzzing.targets").OPEN.close()
        # Atheris would take an ordinary exit for a finding.
        os._exit(1 if self._findings else 0)


def _escaped(word: str) -> str:
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
        for byte in word.encode("utf-8", "surrogatepass")
    )


if __name__ == "__main__":
    main()
