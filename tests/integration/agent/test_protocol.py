"""The agent protocol's cases over a real RabbitMQ, by the numbers of its checks."""

from __future__ import annotations

import pytest

from tests import services
from tests.conformance.agent import driver

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("agent-rabbitmq")]
PROFILE = "rabbitmq"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    services.need("rabbitmq")
    name = services.unique_name()
    url = "amqp://guest:guest@127.0.0.1:5672//"
    agent = driver.Agent(tmp_path_factory.mktemp("agent"), url, f"{name}-in", f"{name}-out")
    agent.start()
    try:
        return agent.run_cases(PROFILE, [f"--broker={url}"])
    finally:
        agent.end()


@pytest.mark.parametrize(("number", "case"), driver.numbered(PROFILE))
def test_check(outcomes, number, case):
    assert driver.comparable(outcomes[case]) == driver.record(PROFILE)[case]
