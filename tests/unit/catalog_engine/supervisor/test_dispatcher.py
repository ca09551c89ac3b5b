"""The dispatcher: what is durable when, replay, the order of answers, stops, leases."""

import queue
import threading
import time

import pytest

from catalog_engine.host.errors import PortError
from catalog_engine.host.messages import FrameError, Request
from catalog_engine.supervisor.dispatcher import Deadlock, Dispatcher
from catalog_engine.supervisor.entries import operation_id
from catalog_engine.supervisor.journal import Bounds, Journal, JournalFull
from catalog_engine.supervisor.lease import Lease
from catalog_engine.supervisor.replay import Replay, ReplayMismatch

TASK = "t" * 32


class World:
    """Performs what a test put under an operation's name; waits at gates."""

    def __init__(self):
        self.does = {}
        self.performed = []
        self.started = queue.Queue()
        self.acknowledged = []

    def perform(self, request, context):
        name = f"{request.port}.{request.operation}"
        self.performed.append((name, dict(request.arguments), context.operation_id))
        self.started.put(name)
        does = self.does.get(name, lambda request, context: {"done": name})
        return does(request, context)

    def recorded(self, request, operation_id):
        self.acknowledged.append(operation_id)


class Attempt:
    """One attempt over a shared durable journal."""

    def __init__(self, durable=None, world=None, bounds=None, allowance=60.0):
        self.durable = [] if durable is None else durable
        self.world = world or World()
        self.lease = Lease()
        self.lease.renewed(time.monotonic(), 1000)
        self.answers = queue.Queue()
        self.reports = []
        self.failures = queue.Queue()
        self.sending = threading.Event()
        self.sending.set()
        replay = Replay(list(self.durable))
        self.journal = Journal(self._store, replay.next_sequence, 1, bounds or Bounds())
        self.dispatcher = Dispatcher(
            TASK,
            self.journal,
            replay,
            self.lease,
            self.world,
            lambda *answer: self.answers.put(answer),
            lambda request: self.reports.append(request.arguments["text"]),
            self.failures.put,
            allowance=allowance,
        )

    def _store(self, entries):
        assert self.sending.wait(10)
        self.durable += entries

    def call(self, name, number=1, branch="0", /, **arguments):
        port, operation = name.split(".")
        self.dispatcher.on_call(branch, number, Request(port, operation, arguments))

    def notice(self, name, number, /, **arguments):
        port, operation = name.split(".")
        self.dispatcher.on_notice(number, Request(port, operation, arguments))

    def idle(self):
        self.dispatcher.on_idle()

    def answer(self):
        return self.answers.get(timeout=10)

    def ask(self, name, number=1, /, **arguments):
        self.call(name, number, **arguments)
        self.idle()
        return self.answer()

    def kinds(self):
        return [entry.kind for entry in self.durable]


def test_effect_starts_after_its_intent_and_answers_after_its_result():
    attempt = Attempt()
    seen = []
    attempt.world.does["stacks.apply"] = lambda *_: seen.extend(attempt.kinds())
    assert attempt.ask("stacks.apply", name="a") == ("0", 1, None, None)
    assert seen == ["intent"]
    assert attempt.kinds() == ["intent", "result"]
    assert attempt.world.performed[0][2] == operation_id(TASK, "0#1")
    assert attempt.world.acknowledged == [operation_id(TASK, "0#1")]


def test_no_effect_without_a_durable_intent():
    attempt = Attempt()
    attempt.sending.clear()
    attempt.call("stacks.apply", name="a")
    attempt.idle()
    with pytest.raises(queue.Empty):
        attempt.world.started.get(timeout=0.1)
    attempt.sending.set()
    assert attempt.answer()[3] is None


def test_readings_travel_with_the_next_durable_entry():
    attempt = Attempt()
    attempt.ask("clock.now")
    assert attempt.durable == []
    attempt.ask("stacks.delete", 2, name="a")
    assert attempt.kinds() == ["reading", "intent", "result"]


def test_state_and_attributes_are_durable_before_the_next_intent():
    attempt = Attempt()
    seen = []
    attempt.world.does["stacks.apply"] = lambda *_: seen.extend(attempt.durable)
    attempt.notice("state.objects_copy", 1, model={"?": {"id": "e"}})
    attempt.notice("state.attribute", 2, object_id="o", class_name="c", name="n", value=3)
    attempt.ask("stacks.apply", name="a")
    assert [entry.kind for entry in seen] == ["state", "attribute", "intent"]
    assert seen[0].value == {"?": {"id": "e"}}
    assert seen[1].value == ["o", "c", "n", 3]


def test_replay_answers_from_the_journal_and_goes_on():
    first = Attempt()
    first.ask("clock.now", 1)
    first.ask("stacks.apply", 2, name="a")
    second = Attempt(first.durable, World())
    assert second.ask("clock.now", 1)[2] == first.durable[0].value
    assert second.ask("stacks.apply", 2, name="a")[2] == {"done": "stacks.apply"}
    assert second.world.performed == []
    second.ask("stacks.delete", 3, name="a")
    assert [name for name, _, _ in second.world.performed] == ["stacks.delete"]
    assert second.durable[-1].sequence == len(second.durable) - 1


def test_intent_without_result_is_asked_again_under_the_same_operation():
    first = Attempt()
    first.ask("stacks.apply", name="a")
    durable = first.durable[:1]
    second = Attempt(durable, World())
    assert second.ask("stacks.apply", name="a")[2] == {"done": "stacks.apply"}
    assert second.kinds() == ["intent", "result"]
    assert second.world.performed[0][2] == first.world.performed[0][2]


def test_replay_that_asks_otherwise_shows_both_sides():
    first = Attempt()
    first.ask("stacks.apply", name="a")
    second = Attempt(first.durable)
    with pytest.raises(ReplayMismatch) as caught:
        second.call("stacks.apply", name="b")
    assert '{"name":"a"}' in caught.value.details
    assert '{"name":"b"}' in caught.value.details


def test_replay_that_does_not_ask_at_all_is_a_mismatch():
    first = Attempt()
    first.ask("stacks.apply", name="a")
    second = Attempt(first.durable)
    second.call("stacks.apply", 1, "0.1", name="other")
    with pytest.raises(ReplayMismatch) as caught:
        second.idle()
    assert "other" in caught.value.details
    assert second.world.performed == []


def test_replay_that_ends_early_is_a_mismatch():
    first = Attempt()
    first.ask("stacks.apply", name="a")
    with pytest.raises(ReplayMismatch, match="cannot go on"):
        Attempt(first.durable).dispatcher.on_result()


def test_a_changed_notice_is_a_mismatch():
    first = Attempt()
    first.notice("state.attribute", 1, object_id="o", class_name="c", name="n", value=3)
    first.ask("stacks.apply", name="a")
    second = Attempt(first.durable)
    with pytest.raises(ReplayMismatch):
        second.notice("state.attribute", 1, object_id="o", class_name="c", name="n", value=4)


def test_branches_wake_in_the_recorded_order():
    def two(attempt, release):
        attempt.call("stacks.apply", 1, "0.1", name="a")
        attempt.call("agents.send", 1, "0.2", guest="g")
        release()
        woken = []
        for _ in range(2):
            attempt.idle()
            woken.append(attempt.answer()[0])
        return woken

    first = Attempt()
    gate = threading.Event()
    first.world.does["stacks.apply"] = lambda *_: gate.wait(10)

    def release():
        while "result" not in first.kinds():
            first.world.started.get(timeout=10)
        gate.set()

    first.world.does["agents.send"] = lambda *_: None
    first.call("stacks.apply", 1, "0.1", name="a")
    first.call("agents.send", 1, "0.2", guest="g")
    first.idle()
    order = [first.answer()[0]]
    gate.set()
    first.idle()
    order.append(first.answer()[0])
    assert order == ["0.2", "0.1"]
    assert two(Attempt(first.durable), lambda: None) == order


def test_content_is_not_recorded_but_its_place_in_the_order_is():
    first = Attempt()
    first.world.does["packages.content"] = lambda *_: {"compiled": b"x", "files": {}}
    assert first.ask("packages.content", 1, digest="d")[2]["compiled"] == b"x"
    first.ask("stacks.apply", 2, name="a")
    assert first.durable[0].kind == "wake"
    assert first.durable[0].value is None
    second = Attempt(first.durable)
    second.world.does = first.world.does
    assert second.ask("packages.content", 1, digest="d")[2]["compiled"] == b"x"
    assert second.ask("stacks.apply", 2, name="a")[3] is None
    assert [name for name, _, _ in second.world.performed] == ["packages.content"]


def test_errors_are_recorded_and_replayed():
    def fail(request, context):
        raise PortError("StackError", "no quota", {"status": "CREATE_FAILED"})

    first = Attempt()
    first.world.does["stacks.apply"] = fail
    error = first.ask("stacks.apply", name="a")[3]
    assert error["type"] == "StackError"
    assert Attempt(first.durable).ask("stacks.apply", name="a")[3] == error


def test_an_adapter_that_breaks_fails_its_call_only():
    attempt = Attempt()
    attempt.world.does["stacks.apply"] = lambda *_: 1 / 0
    assert attempt.ask("stacks.apply", name="a")[3]["type"] == "AdapterError"
    assert attempt.ask("stacks.delete", 2, name="a")[3] is None


def stopped_by_event(request, context):
    assert context.cancelled.wait(10)
    raise PortError("Stopped", "cancelled")


def test_cancel_strikes_what_waits_and_is_recorded():
    attempt = Attempt()
    attempt.world.does["stacks.apply"] = stopped_by_event
    attempt.call("stacks.apply", name="a")
    attempt.idle()
    attempt.world.started.get(timeout=10)
    assert attempt.dispatcher.stop("cancelled")
    assert not attempt.dispatcher.stop("deadline")
    assert attempt.answer()[3]["type"] == "Stopped"
    assert attempt.kinds() == ["intent", "stop", "result"]
    # A Finally block may still use the world.
    assert attempt.ask("stacks.delete", 2, name="a")[3] is None
    # A successor is struck at the same place, and not again.
    second = Attempt(attempt.durable)
    assert second.ask("stacks.apply", name="a")[3]["details"] == {"reason": "cancelled"}
    assert second.ask("stacks.delete", 2, name="a")[3] is None


def cancelled_while_it_waits():
    attempt = Attempt()
    attempt.world.does["stacks.apply"] = stopped_by_event
    attempt.call("stacks.apply", name="a")
    attempt.idle()
    attempt.world.started.get(timeout=10)
    attempt.dispatcher.stop("cancelled")
    attempt.answer()
    assert attempt.kinds() == ["intent", "stop", "result"]
    return attempt


def test_a_successor_that_is_told_to_cancel_too_is_not_struck_twice():
    second = Attempt(cancelled_while_it_waits().durable, World())
    assert not second.dispatcher.stop("cancelled")
    assert second.ask("stacks.apply", name="a")[3]["type"] == "Stopped"
    assert second.ask("stacks.delete", 2, name="a")[3] is None
    assert second.kinds() == ["intent", "stop", "result", "intent", "result"]


def test_a_stop_whose_strike_was_not_recorded_strikes_again():
    durable = cancelled_while_it_waits().durable[:2]
    second = Attempt(durable, World())
    assert second.ask("stacks.apply", name="a")[3]["details"] == {"reason": "cancelled"}
    assert second.ask("stacks.delete", 2, name="a")[3] is None
    assert [name for name, _, _ in second.world.performed] == ["stacks.delete"]


def test_a_stop_that_came_while_nothing_was_recorded_to_wait_strikes_the_next_call():
    first = Attempt()
    first.ask("stacks.apply", name="a")
    first.dispatcher.stop("cancelled")
    first.journal.flush()
    second = Attempt(first.durable, World())
    assert second.ask("stacks.apply", name="a")[3] is None
    assert second.ask("stacks.apply", 2, name="a")[3]["type"] == "Stopped"
    assert second.ask("stacks.delete", 3, name="a")[3] is None


def test_the_allowance_of_a_stop_has_an_end():
    attempt = Attempt(allowance=5)
    assert attempt.dispatcher.overdue < 0
    attempt.dispatcher.stop("cancelled")
    assert -5 <= attempt.dispatcher.overdue < 0


def test_cancel_strikes_the_next_call_when_none_waits():
    attempt = Attempt()
    attempt.dispatcher.stop("cancelled")
    assert attempt.ask("stacks.apply", name="a")[3]["type"] == "Stopped"
    assert attempt.world.performed == []
    assert attempt.ask("stacks.delete", 2, name="a")[3] is None


def test_cancel_during_a_replay_strikes_after_it():
    first = Attempt()
    first.ask("stacks.apply", name="a")
    second = Attempt(first.durable)
    second.dispatcher.stop("cancelled")
    assert second.ask("stacks.apply", name="a")[3] is None
    assert second.ask("stacks.apply", 2, name="a")[3]["type"] == "Stopped"


def test_a_lapsed_lease_interrupts_an_effect_which_goes_on_when_it_is_back():
    attempt = Attempt()
    calls = []

    def apply(request, context):
        calls.append(context.operation_id)
        if len(calls) == 1:
            stopped_by_event(request, context)
        return "applied"

    attempt.world.does["stacks.apply"] = apply
    attempt.call("stacks.apply", name="a")
    attempt.idle()
    attempt.world.started.get(timeout=10)
    attempt.lease._until = time.monotonic() - 1
    attempt.dispatcher.lease_ended()
    with pytest.raises(queue.Empty):
        attempt.answers.get(timeout=0.2)
    assert len(calls) == 1
    attempt.lease.renewed(time.monotonic(), 100)
    assert attempt.answer()[2] == "applied"
    assert calls[0] == calls[1]


def test_reports_are_not_repeated_where_a_predecessor_was():
    first = Attempt()
    first.notice("reports.report", 1, text="one")
    first.ask("stacks.apply", 1, name="a")
    first.notice("reports.report", 2, text="two")
    first.ask("stacks.apply", 2, name="b")
    first.notice("reports.report", 3, text="three")
    assert first.reports == ["one", "two", "three"]
    second = Attempt(first.durable)
    second.notice("reports.report", 1, text="one")
    second.ask("stacks.apply", 1, name="a")
    second.notice("reports.report", 2, text="two")
    second.ask("stacks.apply", 2, name="b")
    second.notice("reports.report", 3, text="three")
    assert second.reports == ["three"]


def test_instances_are_counted_once_whoever_dies():
    first = Attempt()
    first.ask("reports.track_instance", 1, object_id="o", instance_type=200)
    assert first.kinds() == ["intent", "result"]
    assert len(first.world.performed) == 1
    second = Attempt(first.durable)
    second.ask("reports.track_instance", 1, object_id="o", instance_type=200)
    assert second.world.performed == []
    third = Attempt(first.durable[:1])
    third.ask("reports.track_instance", 1, object_id="o", instance_type=200)
    assert third.world.performed == first.world.performed


@pytest.mark.parametrize(
    "ask",
    [
        lambda attempt: attempt.call("stacks.explode"),
        lambda attempt: attempt.notice("reports.track_instance", 1, object_id="o"),
        lambda attempt: attempt.call("reports.report", text="x"),
        lambda attempt: attempt.notice("stacks.apply", 1),
        lambda attempt: (attempt.call("clock.now"), attempt.call("clock.now")),
        lambda attempt: (attempt.ask("clock.now"), attempt.call("clock.now")),
        lambda attempt: (attempt.call("clock.sleep", seconds=9), attempt.idle(), attempt.idle()),
    ],
)
def test_a_worker_that_breaks_the_protocol(ask):
    attempt = Attempt()
    attempt.world.does["clock.sleep"] = stopped_by_event
    with pytest.raises(FrameError):
        ask(attempt)
    attempt.dispatcher.close()


def test_idle_with_nothing_to_wait_for_is_a_deadlock():
    with pytest.raises(Deadlock):
        Attempt().idle()


def test_a_journal_has_bounds():
    attempt = Attempt(bounds=Bounds(entries=3))
    attempt.ask("stacks.apply", 1, name="a")
    attempt.ask("clock.now", 2)
    with pytest.raises(JournalFull):
        attempt.call("stacks.apply", 3, name="a")


def test_close_interrupts_and_records_nothing():
    attempt = Attempt()
    attempt.world.does["stacks.apply"] = stopped_by_event
    attempt.call("stacks.apply", name="a")
    attempt.idle()
    attempt.world.started.get(timeout=10)
    attempt.dispatcher.close()
    assert attempt.kinds() == ["intent"]
    assert attempt.answers.empty()
