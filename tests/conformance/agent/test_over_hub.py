"""The agent protocol's cases over the hub of standalone mode, by the numbers of its checks."""

from __future__ import annotations

import pytest

from catalog_standalone.hub.server import Hub
from catalog_standalone.hub.store import Store
from tests.conformance.agent import driver

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("agent-hub")]
PROFILE, EXCHANGE = "hub", "reply"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agent")
    store = Store(folder / "hub.sqlite")
    hub = Hub(store, "127.0.0.1", 0, folder / "hub.sock")
    store.add_account("guest", "secret", "h1", "h1-result")
    hub.start()
    agent = driver.Agent(
        folder, f"hub://guest:secret@127.0.0.1:{hub.port}/", "h1", "h1-result", EXCHANGE
    )
    agent.start()
    try:
        arguments = ["--broker=hub:///", f"--control={folder / 'hub.sock'}", "--quiet=0.05"]
        return agent.run_cases(PROFILE, [*arguments, f"--exchange={EXCHANGE}"])
    finally:
        agent.end()
        hub.close()


@pytest.mark.parametrize(("number", "case"), driver.numbered(PROFILE))
def test_check(outcomes, number, case):
    assert driver.comparable(outcomes[case]) == driver.record(PROFILE)[case]
