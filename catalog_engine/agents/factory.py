"""Makes the agents adapter of a task."""

from __future__ import annotations

import logging
from typing import Any

from catalog_engine.agents.adapter import KombuAgents
from catalog_engine.agents.providers import PROVIDERS
from catalog_engine.host.adapters import GuestRecords

LOG = logging.getLogger(__name__)


class AgentsFactory:
    """Makes adapters.

    :param options: the configuration section ``[rabbitmq]``.
    """

    def __init__(self, options: Any) -> None:
        self._options = options
        if options.credentials_provider == "shared":
            LOG.warning(
                "[rabbitmq] credentials_provider = shared: every guest can read what other guests"
                " are sent; use it for trials and for guests that trust each other"
            )

    def open(self, task_id: str, records: GuestRecords) -> KombuAgents:
        """The adapter of one task."""
        provider = PROVIDERS[self._options.credentials_provider](self._options, records)
        return KombuAgents(provider, task_id)
