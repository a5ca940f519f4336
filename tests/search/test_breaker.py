"""When a failing service is left alone, and how it is found to be back."""

import threading
from collections.abc import Callable

import pytest

from search.breaker import FAILURES, SECONDS, Away, Breaker, Open
from search.engine import Unavailable


class Service:
    """Stands for what is asked; `away` says whether it answers."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0
        self.now = 0.0
        self.probes: list[Callable[[], None]] = []
        self.breaker = Breaker(lambda: self.now, self.probes.append)

    def answer(self) -> None:
        if self.away:
            raise Away("no answer")

    def ask(self, refusal: Exception | None = None) -> str:
        """ "" or the name of what went wrong."""
        try:
            with self.breaker.watching(self.answer):
                self.asked += 1
                if refusal is not None:
                    raise refusal
                self.answer()
        except Unavailable as trouble:
            return type(trouble).__name__
        return ""

    def fail_until_open(self) -> None:
        self.away = True
        assert [self.ask() for _ in range(FAILURES)] == ["Away"] * FAILURES


@pytest.fixture
def service() -> Service:
    return Service()


def test_after_three_failures_in_a_row_it_is_not_asked(service: Service) -> None:
    service.fail_until_open()
    assert service.ask() == "Open"
    assert (service.asked, service.probes) == (FAILURES, [])


def test_an_answer_in_between_counts_from_the_start(service: Service) -> None:
    service.away = True
    service.ask(), service.ask()
    service.away = False
    assert service.ask() == ""
    service.fail_until_open()


def test_a_refusal_is_an_answer(service: Service) -> None:
    for _ in range(FAILURES + 1):
        assert service.ask(Unavailable("no such index")) == "Unavailable"
    assert service.ask() == ""


def test_after_the_rest_one_probe_is_made_beside_and_nobody_waits_for_it(service: Service) -> None:
    service.fail_until_open()
    service.now += SECONDS
    assert [service.ask() for _ in range(5)] == ["Open"] * 5
    assert (service.asked, len(service.probes)) == (FAILURES, 1)


def test_a_probe_that_is_answered_lets_everybody_through(service: Service) -> None:
    service.fail_until_open()
    service.now += SECONDS
    service.away = False
    service.ask()
    service.probes.pop()()
    assert [service.ask() for _ in range(3)] == [""] * 3


def test_a_probe_that_fails_is_followed_by_another_rest(service: Service) -> None:
    service.fail_until_open()
    service.now += SECONDS
    service.ask()
    service.probes.pop()()
    assert service.ask() == "Open"
    assert service.probes == []
    service.now += SECONDS
    service.ask()
    assert len(service.probes) == 1


def test_a_probe_lost_in_a_fork_does_not_keep_the_child_from_probing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.fail_until_open()
    service.now += SECONDS
    service.ask()
    monkeypatch.setattr("search.breaker.os.getpid", lambda: -1)
    service.ask()
    assert len(service.probes) == 2


def test_the_probe_runs_in_a_thread_of_its_own(service: Service) -> None:
    service.breaker = Breaker(lambda: service.now)
    service.fail_until_open()
    service.now += SECONDS
    asked, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        asked.set()
        may_end.wait(5)

    with pytest.raises(Open), service.breaker.watching(slow):
        pass
    assert asked.wait(5)
    may_end.set()
