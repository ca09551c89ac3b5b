"""All Python halves by the class that they belong to, for the deployment to hand to the runtime."""

from __future__ import annotations

from typing import Final

from catalog_engine.library.accounts import Project, User
from catalog_engine.library.garbage import GC
from catalog_engine.library.guests import Agent, AgentListener
from catalog_engine.library.logs import Logger
from catalog_engine.library.metadefs import MetadefBrowser
from catalog_engine.library.networks import NetworkExplorer
from catalog_engine.library.objects import MuranoException, MuranoObject, StackTrace
from catalog_engine.library.reporting import InstanceNotifier, StatusReporter
from catalog_engine.library.resources import Resources
from catalog_engine.library.stacks import HeatStack
from catalog_engine.library.testing import TestFixture
from catalog_engine.library.workflows import MistralClient

NATIVES: Final[dict[str, type]] = {
    "io.murano.Exception": MuranoException,
    "io.murano.Object": MuranoObject,
    "io.murano.Project": Project,
    "io.murano.StackTrace": StackTrace,
    "io.murano.User": User,
    "io.murano.system.Agent": Agent,
    "io.murano.system.AgentListener": AgentListener,
    "io.murano.system.GC": GC,
    "io.murano.system.HeatStack": HeatStack,
    "io.murano.system.InstanceNotifier": InstanceNotifier,
    "io.murano.system.Logger": Logger,
    "io.murano.system.MetadefBrowser": MetadefBrowser,
    "io.murano.system.MistralClient": MistralClient,
    "io.murano.system.NetworkExplorer": NetworkExplorer,
    "io.murano.system.Resources": Resources,
    "io.murano.system.StatusReporter": StatusReporter,
    "io.murano.test.TestFixture": TestFixture,
}
"""Class name to Python class."""
