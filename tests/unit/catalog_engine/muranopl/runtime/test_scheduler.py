"""Branches: what runs when, what waits for what, and which error counts."""

import pytest

from catalog_engine.muranopl.runtime import exceptions, scheduler
from catalog_engine.muranopl.runtime.exceptions import Stop
from catalog_engine.muranopl.runtime.limits import Limits, Steps
from catalog_engine.muranopl.runtime.scheduler import Scheduler


class Last:
    """A driver that answers the last request that is open with its text."""

    def __init__(self):
        self.open = []
        self.told = []

    def submit(self, branch, number, request):
        self.open.append((branch, number, request))

    def wait(self):
        return self.open.pop()

    def notify(self, request):
        self.told.append(request)


@pytest.fixture
def driver():
    return Last()


@pytest.fixture
def branches(driver):
    return Scheduler(driver, Steps(Limits()))


def failing(error):
    def fail():
        raise error

    return fail


def test_nothing_is_current_outside_of_a_run(branches):
    with pytest.raises(RuntimeError, match="Nothing runs"):
        branches.call("request")
    branches.run(lambda: None)
    with pytest.raises(RuntimeError, match="Nothing runs"):
        _ = branches.current


def test_answers_reach_the_branch_that_asked(branches, driver):
    def ask(text):
        return lambda: (branches.current.path, branches.call(text))

    result = branches.run(lambda: branches.parallel([ask("a"), ask("b")]))
    assert result == [("0.1", "a"), ("0.2", "b")]
    branches.run(lambda: branches.notify("told"))
    assert driver.told == ["told"]


def test_a_later_run_counts_on(branches):
    numbers = []

    def ask():
        branches.call("x")
        numbers.append(branches.current.calls)
        return branches.parallel([lambda: branches.current.path])

    assert branches.run(ask) == ["0.1"]
    assert branches.run(ask) == ["0.2"]
    assert numbers == [1, 2]


def test_a_limit_starts_the_next_branch_when_any_has_ended(branches):
    log = []

    def work(name, rounds):
        def run():
            log.append(f"+{name}")
            for _ in range(rounds):
                branches.pause()
            log.append(f"-{name}")
            return name

        return run

    rows = [work("slow", 5), work("fast", 0), work("next", 0), work("last", 0)]
    assert branches.run(lambda: branches.parallel(rows, 2)) == ["slow", "fast", "next", "last"]
    assert log == ["+slow", "+fast", "-fast", "+next", "-next", "+last", "-last", "-slow"]


def test_branches_that_end_together_are_told_of_once(branches):
    def work(name):
        def run():
            branches.pause()
            return name

        return run

    rows = [work(name) for name in range(7)]
    assert branches.run(lambda: branches.parallel(rows, 3)) == list(range(7))


def test_all_branches_end_before_the_first_error_is_raised(branches):
    ended = []
    rows = [
        failing(ValueError("first")),
        failing(KeyError("second")),
        lambda: ended.append("third"),
    ]
    with pytest.raises(ValueError, match="first"):
        branches.run(lambda: branches.parallel(rows))
    assert ended == ["third"]


def test_a_stop_counts_more_than_any_error(branches):
    rows = [failing(ValueError("first")), failing(Stop("cancelled"))]
    with pytest.raises(Stop, match="cancelled"):
        branches.run(lambda: branches.parallel(rows))


def test_the_run_ends_after_branches_that_nobody_waits_for(branches):
    log = []

    def later():
        branches.call("slow")
        log.append("later")

    def start():
        branches.spawn(later)
        branches.spawn(lambda: log.append("soon"))
        log.append("root")
        return 5

    assert branches.run(start) == 5
    assert log == ["root", "soon", "later"]


def test_an_error_that_nobody_waited_for_comes_after_that_of_the_root(branches):
    def start(error=None):
        branches.spawn(lambda: None)
        branches.spawn(failing(KeyError("spawned")))
        if error:
            raise error

    with pytest.raises(ValueError, match="root"):
        branches.run(lambda: start(ValueError("root")))
    with pytest.raises(KeyError, match="spawned"):
        branches.run(start)


def test_there_is_a_limit_on_branches(branches, monkeypatch):
    monkeypatch.setattr(scheduler, "MAX_BRANCHES", 10)
    with pytest.raises(exceptions.LimitExceeded, match="More than 10 branches"):
        branches.run(lambda: branches.parallel([lambda: None] * 10))
    assert branches.run(lambda: branches.parallel([lambda: 1] * 30, 5)) == [1] * 30


# ---------------------------------------------------------------- locks


def test_a_lock_is_handed_over_in_the_order_of_asking(branches):
    log = []

    def work(name):
        def run():
            with branches.locked("key"), branches.locked("key"):
                log.append(f"+{name}")
                branches.pause()
                log.append(f"-{name}")

        return run

    branches.run(lambda: branches.parallel([work("a"), work("b"), work("c")]))
    assert log == ["+a", "-a", "+b", "-b", "+c", "-c"]


def test_a_lock_is_released_by_an_error(branches):
    def fail():
        with branches.locked("key"):
            branches.pause()
            raise ValueError("in the lock")

    def take():
        with branches.locked("key"):
            return "taken"

    taken = []
    rows = [fail, lambda: taken.append(take())]
    with pytest.raises(ValueError, match="in the lock"):
        branches.run(lambda: branches.parallel(rows))
    assert taken == ["taken"]


def test_branches_that_wait_for_each_other_are_an_error(branches):
    def take(first, second):
        def run():
            with branches.locked(first):
                branches.pause()
                with branches.locked(second):
                    pass

        return run

    with pytest.raises(exceptions.DeadlockError, match="Every branch waits for a lock"):
        branches.run(lambda: branches.parallel([take("a", "b"), take("b", "a")]))


def test_branches_have_the_depth_of_their_parent_and_each_its_own():
    steps = Steps(Limits())
    branches = Scheduler(Last(), steps)
    seen = []

    def child():
        steps.depth += 10
        branches.pause()
        seen.append(steps.depth)

    def start():
        steps.depth = 5
        branches.parallel([child, child])
        seen.append(steps.depth)

    branches.run(start)
    assert seen == [15, 15, 5]
