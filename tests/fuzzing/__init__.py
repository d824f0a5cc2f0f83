"""Parsers under inputs that nobody would write.

    python -m tests.fuzzing TARGET --minutes N

Seeds and dictionaries are `seeds.py`, what a parser owes is `promises.py`; the two meet in
`targets.py`. `judging.py` says what a finding is; `__main__.py` lets atheris make the inputs.
`test_targets.py` replays the seeds and each input that was a finding, without atheris.
"""
