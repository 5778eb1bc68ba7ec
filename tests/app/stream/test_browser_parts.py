"""The browser's part of a stream: presses that are told until they are answered, reports with their
number, held by node's tests beside this one."""

from tests.node import run_tests_beside


def test_what_the_browser_tells_has_a_number_and_is_told_until_it_is_answered() -> None:
    run_tests_beside(__file__)
