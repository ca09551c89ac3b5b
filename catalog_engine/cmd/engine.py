"""``burano-engine``: takes tasks and runs them in sandboxed workers."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog_common import configuration
from catalog_common import logging as burano_logging
from catalog_common.contract.claims import ClaimedTask, Engine
from catalog_common.stopping import Stopping
from catalog_engine.agents.factory import AgentsFactory
from catalog_engine.clouds.cloud_queries import CloudQueries
from catalog_engine.clouds.identity import ServiceAuth, ServiceToken, TrustSessions
from catalog_engine.clouds.stacks import HeatStacks
from catalog_engine.host.errors import PortError
from catalog_engine.packages import bundled
from catalog_engine.packages.cache import Cache
from catalog_engine.packages.catalog import CatalogPackages
from catalog_engine.packages.store import Store
from catalog_engine.supervisor.attempts import Attempt
from catalog_engine.supervisor.conductors import Claim, Conductor
from catalog_engine.supervisor.guests import EnvironmentGuests
from catalog_engine.supervisor.instances import Instances
from catalog_engine.supervisor.limits import Limits
from catalog_engine.supervisor.options import Options
from catalog_engine.supervisor.sandbox import SandboxError, choose
from catalog_engine.supervisor.slots import Slots
from catalog_engine.supervisor.workers import ForkServer, WorkersUnavailable
from catalog_engine.supervisor.world import TaskWorld

LOG = logging.getLogger(__name__)
PROGRAM = "burano-engine"
SECTIONS = (
    configuration.ENGINE, configuration.MESSAGING, configuration.RABBITMQ,
    configuration.NETWORKING, configuration.HEAT, configuration.SERVICE_USER,
)  # fmt: skip


class EngineHost:
    """Everything that an engine's tasks share.

    :raises SandboxError: the sandbox that is configured does not work here.
    :raises WorkersUnavailable: no worker can be started.
    :raises ManifestError, OSError: a bundled package cannot be read.
    :raises PortError: it does not compile.
    """

    def __init__(self, conf: Any) -> None:
        options = conf.engine
        self._conf = conf
        self._name = options.name or socket.gethostname()
        self._auth = _service_auth(conf.keystone_authtoken)
        self._region = conf.keystone_authtoken.region_name
        self._sessions = TrustSessions(self._auth)
        state = Path(options.state_dir)
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        sandbox = choose(options.sandbox)
        for warning in sandbox.warnings:
            LOG.warning("sandbox: %s", warning)
        self.workers = ForkServer(sandbox)
        self.workers.start()
        self._limits = _limits(options)
        cache = Cache(Path(options.package_cache or state / "packages"))
        cache.prune()
        self._store = Store(cache, self._compile, self.workers.compiler_key)
        self._bundled = bundled.load(options.bundled_packages)
        for package in self._bundled:
            self.workers.preload(package.digest, self._store.add(package))
        self._agents = AgentsFactory(conf.rabbitmq)
        self._class_options = Options(conf, Path(options.class_configs))
        endpoint = options.conductor_endpoint or ""
        needs_token = endpoint.startswith("http")
        token = ServiceToken(self._sessions) if needs_token else None
        self.conductor = Conductor(endpoint, token)
        self.slots = Slots(
            self._identity(), self.conductor, options.slots,
            wait=not conf.messaging.transport_url, make=self._attempt,
        )  # fmt: skip
        self._sandbox = sandbox.name

    @property
    def name(self) -> str:
        """Name of this engine."""
        return str(self._name)

    def __str__(self) -> str:
        bundled_names = ", ".join(package.manifest.full_name for package in self._bundled)
        return (
            f"process {os.getpid()}, sandbox {self._sandbox}, {self._conf.engine.slots} slots,"
            f" bundled {bundled_names}, language revision {self.workers.language_revision}"
        )

    def _identity(self) -> Engine:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return Engine(
            self.name, socket.gethostname(), version, self.workers.language_revision, os.getpid()
        )

    def _compile(self, manifest: Any, files: Any) -> bytes:
        limits = {"memory": self._limits.memory, "cpu_seconds": 60}
        return self.workers.compile(manifest, files, limits)

    def _attempt(self, task: ClaimedTask, asked_at: float) -> Attempt:
        return Attempt(
            task, asked_at, engine_name=self.name, conductor=self.conductor, workers=self.workers,
            limits=self._limits, make_world=self._world,
        )  # fmt: skip

    def _world(self, task: ClaimedTask, claim: Claim) -> TaskWorld:
        sessions = self._sessions
        if task.trust_id:
            session = sessions.for_trust(task.trust_id)
        else:
            session = sessions.for_token(task.token or "", task.project_id)
        packages = CatalogPackages(
            session, self._region, self._store, self._bundled, task.project_id, claim.archive,
        )  # fmt: skip
        guests = EnvironmentGuests(claim, task.environment_id or "")
        return TaskWorld(
            task.environment_id, HeatStacks(session), CloudQueries(session, sessions.service()),
            self._agents.open(task.task_id, guests), packages, self._class_options,
            Instances(claim),
        )  # fmt: skip


def _service_auth(options: Any) -> ServiceAuth:
    return ServiceAuth(
        auth_url=options.auth_url, username=options.username, password=options.password,
        user_domain_id=options.user_domain_id, user_domain_name=options.user_domain_name,
        project_name=options.project_name, project_domain_id=options.project_domain_id,
        project_domain_name=options.project_domain_name, cafile=options.cafile,
        insecure=options.insecure,
    )  # fmt: skip


def _limits(options: Any) -> Limits:
    return Limits(
        language={"steps": options.limit_steps, "depth": options.limit_depth},
        memory=options.limit_memory_mb << 20, cpu_seconds=options.limit_cpu_seconds,
        wall_seconds=options.limit_wall_seconds, allowance=options.cleanup_seconds,
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; a second one ends at once."""
    try:
        conf = configuration.load(
            sys.argv[1:] if arguments is None else arguments, *SECTIONS, program=PROGRAM
        )
        burano_logging.setup(conf, PROGRAM)
        host = EngineHost(conf)
    except (
        configuration.ConfigurationError, SandboxError, WorkersUnavailable, PortError, ValueError,
        OSError,
    ) as error:  # fmt: skip
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    stopping = Stopping()
    host.slots.start()
    listener = _listener(conf, host)
    LOG.info("engine %s is ready (%s)", host.name, host)
    stopping.wait()
    if listener is not None:
        listener.close()
    host.slots.close(conf.engine.drain_seconds)
    host.workers.close()
    return 0


def _listener(conf: Any, host: EngineHost) -> Any:
    url = conf.messaging.transport_url
    if not url:
        return None
    from catalog_engine.supervisor.wakeups import Listener

    listener = Listener(conf, url, host.name, host.slots.wake)
    listener.start()
    return listener


if __name__ == "__main__":
    sys.exit(main())
