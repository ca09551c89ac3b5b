"""All tables of the catalog. Ids are 32 hex digits; times are UTC without zone."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Double, ForeignKey, Index, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from catalog_api.db.types import EncryptedJSON, LongBlob, LongText, Moment, PlainJSON, name_type


def new_id() -> str:
    """A fresh identifier: 32 lower-case hex digits."""
    return uuid.uuid4().hex


def utc_now() -> datetime:
    """This process's clock; leases use the database's instead (``Database.now``)."""
    return datetime.now(UTC).replace(tzinfo=None)


_ID = String(32)
#: Ids that others gave: projects, users.
_FOREIGN_ID = String(64)
_STATE = String(36)

_TABLE_OPTIONS = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


class Base(DeclarativeBase):
    """Declarative base; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Environment(Base):
    """A tenant's set of components; ``description`` is the deployed object model."""

    __tablename__ = "environments"
    __table_args__ = (UniqueConstraint("project_id", "name"), _TABLE_OPTIONS)

    id: Mapped[str] = mapped_column(String(255), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(name_type(255))
    description_text: Mapped[str] = mapped_column(LongText, default="")
    project_id: Mapped[str] = mapped_column(_FOREIGN_ID)
    user_id: Mapped[str] = mapped_column(_FOREIGN_ID)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    description: Mapped[Any] = mapped_column(EncryptedJSON)
    trust_id: Mapped[str | None] = mapped_column(_FOREIGN_ID)
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    updated: Mapped[datetime] = mapped_column(Moment, default=utc_now, onupdate=utc_now)


class EnvironmentTemplate(Base):
    """What environments are made from; ``services`` are its applications, None: never any."""

    __tablename__ = "environment_templates"
    __table_args__ = (UniqueConstraint("project_id", "name"), _TABLE_OPTIONS)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(name_type(255))
    description_text: Mapped[str] = mapped_column(LongText, default="")
    project_id: Mapped[str] = mapped_column(_FOREIGN_ID)
    is_public: Mapped[bool] = mapped_column(default=False, index=True)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    services: Mapped[Any | None] = mapped_column(EncryptedJSON)
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    updated: Mapped[datetime] = mapped_column(Moment, default=utc_now, onupdate=utc_now)


class ConfigurationSession(Base):
    """A draft of an environment's next version; named so beside SQLAlchemy's ``Session``."""

    __tablename__ = "sessions"
    __table_args__ = (_TABLE_OPTIONS,)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    environment_id: Mapped[str] = mapped_column(
        ForeignKey("environments.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[str] = mapped_column(_FOREIGN_ID)
    state: Mapped[str] = mapped_column(_STATE)
    version: Mapped[int] = mapped_column(BigInteger)
    description: Mapped[Any] = mapped_column(EncryptedJSON)
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    updated: Mapped[datetime] = mapped_column(Moment, default=utc_now, onupdate=utc_now)


class Deployment(Base):
    """The record of one deploy, action or deletion; its task has the same id."""

    __tablename__ = "deployments"
    __table_args__ = (Index(None, "environment_id", "created"), _TABLE_OPTIONS)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    environment_id: Mapped[str] = mapped_column(ForeignKey("environments.id", ondelete="CASCADE"))
    session_id: Mapped[str | None] = mapped_column(_ID)
    description: Mapped[Any] = mapped_column(EncryptedJSON)
    action: Mapped[Any | None] = mapped_column(EncryptedJSON)
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    updated: Mapped[datetime] = mapped_column(Moment, default=utc_now, onupdate=utc_now)
    started: Mapped[datetime | None] = mapped_column(Moment, default=utc_now)
    finished: Mapped[datetime | None] = mapped_column(Moment)
    result: Mapped[Any | None] = mapped_column(EncryptedJSON)
    final_model: Mapped[Any | None] = mapped_column(EncryptedJSON)
    packages: Mapped[Any | None] = mapped_column(PlainJSON)


class Task(Base):
    """The unit of work queued for an engine; outlives a removed environment."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index(None, "state", "kind", "created"),
        Index(None, "project_id", "state"),
        _TABLE_OPTIONS,
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(16))
    environment_id: Mapped[str | None] = mapped_column(String(255), index=True)
    project_id: Mapped[str] = mapped_column(_FOREIGN_ID)
    user_id: Mapped[str] = mapped_column(_FOREIGN_ID)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    action: Mapped[Any | None] = mapped_column(EncryptedJSON)
    model: Mapped[Any | None] = mapped_column(EncryptedJSON)
    trust_id: Mapped[str | None] = mapped_column(_FOREIGN_ID)
    token: Mapped[Any | None] = mapped_column(EncryptedJSON)
    seed: Mapped[str] = mapped_column(_ID, default=new_id)
    attempt: Mapped[int] = mapped_column(default=0)
    attempts_without_result: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(String(64))
    claimed_by: Mapped[str | None] = mapped_column(String(255))
    lease_expires: Mapped[datetime | None] = mapped_column(Moment, index=True)
    available_at: Mapped[datetime | None] = mapped_column(Moment)
    deadline: Mapped[datetime | None] = mapped_column(Moment)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    language_revision: Mapped[int | None]
    python_version: Mapped[str | None] = mapped_column(String(16))
    outcome: Mapped[str | None] = mapped_column(String(16))
    result: Mapped[Any | None] = mapped_column(EncryptedJSON)
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    started: Mapped[datetime | None] = mapped_column(Moment)
    ended: Mapped[datetime | None] = mapped_column(Moment)


class Attempt(Base):
    """One claim of a task by one engine."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("task_id", "number"), _TABLE_OPTIONS)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"))
    number: Mapped[int]
    engine: Mapped[str] = mapped_column(String(255))
    claimed_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(String(32))


class Report(Base):
    """A line of progress of a deployment (the API's ``status`` rows), numbered from 1."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("deployment_id", "number"), _TABLE_OPTIONS)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployments.id", ondelete="CASCADE"))
    number: Mapped[int]
    entity_id: Mapped[str | None] = mapped_column(String(255))
    entity: Mapped[str | None] = mapped_column(String(255))
    text: Mapped[str] = mapped_column(LongText)
    level: Mapped[str] = mapped_column(String(32), default="info")
    details: Mapped[str | None] = mapped_column(LongText)
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    updated: Mapped[datetime] = mapped_column(Moment, default=utc_now, onupdate=utc_now)


class JournalEntry(Base):
    """One entry of a task's journal; ``sequence`` is the total order."""

    __tablename__ = "journal_entries"
    __table_args__ = (_TABLE_OPTIONS,)

    task_id: Mapped[str] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(255))
    body: Mapped[Any] = mapped_column(EncryptedJSON)
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now)


class JournalValue(Base):
    """A large value of a task's journal, stored once by its digest."""

    __tablename__ = "journal_values"
    __table_args__ = (_TABLE_OPTIONS,)

    task_id: Mapped[str] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[Any] = mapped_column(EncryptedJSON)


class CallAnswer(Base):
    """The answer a numbered call of an attempt got, for its repetitions."""

    __tablename__ = "call_answers"
    __table_args__ = (_TABLE_OPTIONS,)

    task_id: Mapped[str] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    claim: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[int]
    body: Mapped[Any | None] = mapped_column(PlainJSON)


class Archive(Base):
    """The bytes of a package, kept as long as a package, deployment or open task names them."""

    __tablename__ = "archives"
    __table_args__ = (_TABLE_OPTIONS,)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[bytes] = mapped_column(LongBlob)
    size: Mapped[int] = mapped_column(BigInteger)


class ClassDefinition(Base):
    """A class that a package defines; ``owner_id`` repeats the package's for the index."""

    __tablename__ = "class_definitions"
    __table_args__ = (Index(None, "name"), _TABLE_OPTIONS)

    package_id: Mapped[str] = mapped_column(
        ForeignKey("packages.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(name_type(128), primary_key=True)


class PackageTag(Base):
    """A package's tag."""

    __tablename__ = "package_tags"
    __table_args__ = (_TABLE_OPTIONS,)

    package_id: Mapped[str] = mapped_column(
        ForeignKey("packages.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[str] = mapped_column(
        ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class PackageCategory(Base):
    """A package's place in a category; a used category cannot be deleted."""

    __tablename__ = "package_categories"
    __table_args__ = (_TABLE_OPTIONS,)

    package_id: Mapped[str] = mapped_column(
        ForeignKey("packages.id", ondelete="CASCADE"), primary_key=True
    )
    category_id: Mapped[str] = mapped_column(
        ForeignKey("categories.id", ondelete="RESTRICT"), primary_key=True, index=True
    )


class Tag(Base):
    """A word packages are found by."""

    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("name"), _TABLE_OPTIONS)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(name_type(80))


class Category(Base):
    """A shelf of the catalog."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("name"), _TABLE_OPTIONS)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(name_type(80))
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    updated: Mapped[datetime] = mapped_column(Moment, default=utc_now, onupdate=utc_now)


class Package(Base):
    """A published version of a package; several versions of one name live side by side."""

    __tablename__ = "packages"
    __table_args__ = (
        UniqueConstraint("fully_qualified_name", "version", "owner_id"),
        # Whose, and in which order they are listed.
        Index(None, "owner_id", "name"),
        Index(None, "owner_id", "fully_qualified_name"),
        Index(None, "owner_id", "created"),
        Index(None, "is_public", "name"),
        Index(None, "is_public", "fully_qualified_name"),
        Index(None, "is_public", "created"),
        Index(None, "name"),
        Index(None, "archive_digest"),
        _TABLE_OPTIONS,
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(_FOREIGN_ID)
    fully_qualified_name: Mapped[str] = mapped_column(name_type(128))
    version: Mapped[str] = mapped_column(name_type(64))
    name: Mapped[str] = mapped_column(name_type(80))
    type: Mapped[str] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(LongText)
    author: Mapped[str | None] = mapped_column(String(80))
    supplier: Mapped[Any] = mapped_column(PlainJSON)
    supplier_logo: Mapped[bytes | None] = mapped_column(LongBlob, deferred=True)
    logo: Mapped[bytes | None] = mapped_column(LongBlob, deferred=True)
    ui_definition: Mapped[str | None] = mapped_column(LongText, deferred=True)
    is_public: Mapped[bool] = mapped_column(default=False)
    enabled: Mapped[bool] = mapped_column(default=True)
    archive_digest: Mapped[str] = mapped_column(ForeignKey("archives.digest"))
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    updated: Mapped[datetime] = mapped_column(Moment, default=utc_now, onupdate=utc_now)

    class_definitions: Mapped[list[ClassDefinition]] = relationship(
        order_by=ClassDefinition.name, cascade="all, delete-orphan", passive_deletes=True
    )
    tags: Mapped[list[Tag]] = relationship(secondary="package_tags", order_by=Tag.name)
    categories: Mapped[list[Category]] = relationship(
        secondary="package_categories", order_by=Category.name
    )


class DeploymentPackage(Base):
    """A package version that a deployment used; keeps its archive."""

    __tablename__ = "deployment_packages"
    __table_args__ = (_TABLE_OPTIONS,)

    deployment_id: Mapped[str] = mapped_column(
        ForeignKey("deployments.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(name_type(128), primary_key=True)
    version: Mapped[str] = mapped_column(name_type(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)


class NamedLock(Base):
    """A row that writers lock by updating it, e.g. ``public_packages``."""

    __tablename__ = "named_locks"
    __table_args__ = (_TABLE_OPTIONS,)

    name: Mapped[str] = mapped_column(name_type(128), primary_key=True)
    taken: Mapped[datetime] = mapped_column(Moment, default=utc_now)


class Notification(Base):
    """An event that is to be published, noted in the transaction that made it happen."""

    __tablename__ = "notifications"
    __table_args__ = (_TABLE_OPTIONS,)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    event_type: Mapped[str] = mapped_column(String(64))
    payload: Mapped[Any] = mapped_column(PlainJSON)
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now, index=True)
    taken: Mapped[datetime | None] = mapped_column(Moment)


class InstanceStatistics(Base):
    """An application or server that an environment has, or had, and since when.

    ``earlier_seconds`` are those for which it was counted before ``created``: one that is taken
    away and made anew goes on from there.
    """

    __tablename__ = "instance_stats"
    __table_args__ = (_TABLE_OPTIONS,)

    environment_id: Mapped[str] = mapped_column(
        ForeignKey("environments.id", ondelete="CASCADE"), primary_key=True
    )
    instance_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    instance_type: Mapped[int]
    type_name: Mapped[str] = mapped_column(String(512))
    type_title: Mapped[str | None] = mapped_column(String(512))
    unit_count: Mapped[int | None]
    created: Mapped[datetime] = mapped_column(Moment)
    destroyed: Mapped[datetime | None] = mapped_column(Moment)
    earlier_seconds: Mapped[int] = mapped_column(BigInteger, default=0)


class RequestStatistics(Base):
    """What the API's processes on one host answered since ``created``.

    The three ``window_…`` are those of the period that has not ended; rates are the last one's.
    """

    __tablename__ = "request_stats"
    __table_args__ = (UniqueConstraint("host"), _TABLE_OPTIONS)

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    request_count: Mapped[int] = mapped_column(BigInteger, default=0)
    error_count: Mapped[int] = mapped_column(BigInteger, default=0)
    response_seconds: Mapped[float] = mapped_column(Double, default=0.0)
    requests_per_project: Mapped[Any] = mapped_column(PlainJSON)
    requests_per_second: Mapped[float] = mapped_column(Double, default=0.0)
    errors_per_second: Mapped[float] = mapped_column(Double, default=0.0)
    window_start: Mapped[datetime] = mapped_column(Moment)
    window_requests: Mapped[int] = mapped_column(BigInteger, default=0)
    window_errors: Mapped[int] = mapped_column(BigInteger, default=0)
    cpu_count: Mapped[int] = mapped_column(default=0)
    cpu_percent: Mapped[float] = mapped_column(Double, default=0.0)
    created: Mapped[datetime] = mapped_column(Moment)
    updated: Mapped[datetime] = mapped_column(Moment, index=True)


class ConductorProcess(Base):
    """A conductor that is up; ``broker``: whether it reaches the broker, None: it has none."""

    __tablename__ = "conductors"
    __table_args__ = (_TABLE_OPTIONS,)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    host: Mapped[str] = mapped_column(String(255))
    broker: Mapped[bool | None]
    last_seen: Mapped[datetime] = mapped_column(Moment, index=True)


class Guest(Base):
    """What the engines must know of a guest to speak to it."""

    __tablename__ = "guests"
    __table_args__ = (_TABLE_OPTIONS,)

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    environment_id: Mapped[str] = mapped_column(String(255), index=True)
    record: Mapped[Any] = mapped_column(EncryptedJSON)
    created: Mapped[datetime] = mapped_column(Moment, default=utc_now)


class TrustRevocation(Base):
    """A trust to be deleted once its environment's stacks are gone."""

    __tablename__ = "trust_revocations"
    __table_args__ = (_TABLE_OPTIONS,)

    trust_id: Mapped[str] = mapped_column(_FOREIGN_ID, primary_key=True)
    environment_id: Mapped[str | None] = mapped_column(String(255))
    not_before: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(LongText)


class Engine(Base):
    """An engine that has asked for work."""

    __tablename__ = "engines"
    __table_args__ = (_TABLE_OPTIONS,)

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    python_version: Mapped[str] = mapped_column(String(16))
    language_revision: Mapped[int]
    pid: Mapped[int | None]
    last_seen: Mapped[datetime] = mapped_column(Moment)
