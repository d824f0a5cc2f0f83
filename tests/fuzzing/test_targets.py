"""Each parser under its seeds and under what was once found; and the judge under broken parsers."""

from __future__ import annotations

import pytest

from readinglist.errors import FormatError
from tests.fuzzing import judging
from tests.fuzzing.__main__ import TARGETS as NAMES
from tests.fuzzing.judging import Target, judge, judge_again, judge_speed, made_long, smaller
from tests.fuzzing.past_findings import PAST_FINDINGS
from tests.fuzzing.targets import TARGETS

ERRORS = (b'{"error": "Too many requests"}', b"exprot: {}\n", b"sources: [arxiv]\ncolumns: title\n")
"""The seeds that are refused: they are to be told from what can be read."""
SEEDS = [(name, seed) for name, target in TARGETS.items() for seed in target.seeds]
FOUND = [(name, text) for name, texts in PAST_FINDINGS.items() for text in texts]


def _id(value: object) -> str:
    return value if isinstance(value, str) and len(value) < 12 else ""


@pytest.mark.parametrize(("name", "seed"), SEEDS, ids=_id)
def test_seeds_are_read_and_keep_their_promises(name: str, seed: bytes) -> None:
    if seed in ERRORS:
        assert judge(TARGETS[name], seed) is None
    else:
        TARGETS[name].check(TARGETS[name].read(seed))


@pytest.mark.parametrize(("name", "text"), FOUND, ids=_id)
def test_what_was_once_found_is_mended(name: str, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    found = judge_again(TARGETS[name], data)
    assert found is None, found.told


@pytest.mark.parametrize("name", TARGETS)
def test_long_inputs_take_no_long_time(name: str) -> None:
    for number, seed in enumerate(TARGETS[name].seeds):
        found = judge_speed(TARGETS[name], made_long(seed, 50_000, number))
        assert found is None, found.told


def test_each_target_can_be_named() -> None:
    assert set(NAMES) == set(TARGETS)


# --- the judge


def target(read: object = lambda data: data, check: object = lambda value: None) -> Target:
    return Target(read, check, (b"",), ())  # type: ignore[arg-type]


def test_an_error_of_ours_is_no_finding() -> None:
    def read(data: bytes) -> None:
        raise FormatError("It is no such file.")

    assert judge(target(read), b"x") is None


def test_any_other_error_is_one() -> None:
    found = judge(target(lambda data: data.index(b"y")), b"x")
    assert found is not None
    assert found.what.startswith("ValueError")


def test_a_broken_promise_is_one() -> None:
    def check(data: bytes) -> None:
        assert b"x" not in data, f"an x in it: {data!r}"

    found = judge(target(check=check), b"axb")
    assert found is not None
    assert found.what == "AssertionError: an x in it"
    assert judge(target(check=check), b"ab") is None


def test_so_is_a_slow_answer_even_from_what_catches_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judging, "SECONDS", 0.05)

    def read(data: bytes) -> None:
        while True:
            try:
                sum(range(1000))
            except Exception:  # as for rispy
                return

    found = judge(target(read), b"x")
    assert found is not None
    assert found.what.startswith("TooSlowError")


def test_a_finding_is_made_smaller() -> None:
    broken = target(check=lambda data: data.count(b"x") and data.index(b"y"))
    found = judge(broken, b"a long wa_ round to one x and more behind it")
    assert found is not None
    assert smaller(found, lambda data: judge(broken, data)).data == b"x"


def test_a_part_is_repeated_until_the_input_is_long() -> None:
    lengths = [len(made_long(b"some text", 10_000, seed)) for seed in range(50)]
    assert min(lengths) > 9_900
    assert max(lengths) < 10_100
    assert made_long(b"some text", 500, 1) == made_long(b"some text", 500, 1)
