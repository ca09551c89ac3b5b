"""The engine's cloud adapters over the local cloud's real wire protocol."""

import threading

import pytest

from catalog_engine.clouds.cloud_queries import CloudQueries
from catalog_engine.clouds.errors import CallStopped, CloudError
from catalog_engine.clouds.identity import ServiceAuth, TrustSessions
from catalog_engine.clouds.stacks import HeatStacks

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def sessions(cloud):
    return TrustSessions(ServiceAuth(cloud.endpoints["identity"], "burano", "burano"))


@pytest.fixture
def stacks(sessions, make_trust):
    return HeatStacks(sessions.for_trust(make_trust(allow_redelegation=True)))


def template(**properties):
    return {
        "resources": {"r": {"type": "OS::Heat::TestResource", "properties": properties}},
        "outputs": {"o": {"value": {"get_attr": ["r", "output"]}}},
    }


def apply(stacks, content, operation, **arguments):
    arguments.setdefault("cancelled", threading.Event())
    return stacks.apply("st", None, content, {}, {}, {}, ["murano"], "text",
                        operation_id=operation, **arguments)  # fmt: skip


def test_create_update_read_delete(stacks):
    never = threading.Event()
    assert stacks.read("st", "RegionOne", cancelled=never) is None
    assert apply(stacks, template(value="x"), "1") == {
        "status": "CREATE_COMPLETE", "outputs": {"o": "x"},
    }  # fmt: skip
    assert apply(stacks, template(value="y"), "2")["outputs"] == {"o": "y"}
    found = stacks.read("st", None, cancelled=never)
    assert found["template"]["resources"]["r"]["properties"] == {"value": "y"}
    assert found["parameters"] == {} and found["status"] == "UPDATE_COMPLETE"
    stacks.delete("st", None, cancelled=never)
    stacks.delete("st", None, cancelled=never)
    assert stacks.read("st", None, cancelled=never) is None


def test_a_repeated_operation_only_waits(stacks, cloud):
    apply(stacks, template(value="x"), "1")
    traversal = cloud.store.list("stack")[0]["traversal"]
    assert apply(stacks, template(value="x"), "1")["outputs"] == {"o": "x"}
    assert cloud.store.list("stack")[0]["traversal"] == traversal


def test_failures_carry_the_reason(stacks):
    with pytest.raises(CloudError, match="Test Resource failed") as failure:
        apply(stacks, template(fail=True), "1")
    assert failure.value.type == "StackError"
    assert apply(stacks, template(value="ok"), "2")["outputs"] == {"o": "ok"}
    with pytest.raises(CloudError, match=r"Resource Type \(OS::Foo\) could not be found"):
        apply(stacks, {"resources": {"r": {"type": "OS::Foo"}}}, "3")


def test_cancellation_stops_the_wait(stacks):
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    with pytest.raises(CallStopped, match="cancelled"):
        apply(stacks, template(wait_secs=50), "1", cancelled=cancelled)
    stacks.delete("st", None, cancelled=threading.Event())


def test_a_plain_trust_cannot_create_stacks(sessions, make_trust):
    with pytest.raises(CloudError, match="redelegation"):
        apply(HeatStacks(sessions.for_trust(make_trust())), template(), "1")


def test_deleting_the_trust_deletes_heats_own(stacks, cloud):
    apply(stacks, template(), "1")
    trusts = cloud.tokens.trusts()
    assert len(trusts) == 2
    cloud.tokens.delete_trust(next(t["id"] for t in trusts if not t["redelegated_trust_id"]))
    assert cloud.tokens.trusts() == []


def test_queries(sessions, make_trust, demo):
    never = threading.Event()
    queries = CloudQueries(sessions.for_trust(make_trust()), sessions.service())
    networks = queries.networks(None, cancelled=never)
    assert [n["name"] for n in networks] == ["ext-net"]
    made = queries.create_router(None, "r", networks[0]["id"], operation_id="1", cancelled=never)
    again = queries.create_router(None, "r", networks[0]["id"], operation_id="1", cancelled=never)
    assert made["id"] == again["id"]
    assert "security-group" in [e["alias"] for e in queries.extensions(None, cancelled=never)]
    assert queries.user(demo.get_user_id(), cancelled=never)["name"] == "demo"
    assert queries.project("none", cancelled=never) is None
    assert queries.metadef_namespaces(None, "OS::Nova::Server", cancelled=never) == []
