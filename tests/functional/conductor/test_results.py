"""What the end of a task means to its deployment, session and environment."""

from __future__ import annotations

import pytest

from catalog_api.db import models
from catalog_api.services import environments, sessions, tasks, watch

DIGEST = "ab" * 32
USED = {"name": "a", "version": "1", "digest": DIGEST}


def changed(task, **members):
    """The task's model as a worker returns it."""
    objects = {**task.model["Objects"], **members}
    copy = {key: value for key, value in objects.items() if key != "?"}
    return {**task.model, "Objects": objects, "ObjectsCopy": {**copy, "?": objects["?"]}}


def deployed(catalog):
    """An environment with something in it."""
    task_id = catalog.deploy()
    task = catalog.claimed()
    catalog.finish(task, model=changed(task, applications=[{"?": {"id": "c", "type": "t"}}]))
    return task_id


def session_of(catalog, task_id):
    deployment = catalog.row(models.Deployment, task_id)
    return catalog.row(models.ConfigurationSession, deployment.session_id)


def test_a_success(catalog):
    task_id = catalog.deploy(action={"object_id": "o", "method": "m", "args": {}})
    task = catalog.claimed()
    assert catalog.status(task_id) == "deploying"
    model = {
        **changed(task, applications=[{"?": {"id": "c", "type": "t"}}]),
        "SystemData": {"a": 1},
    }
    answer = catalog.finish(task, model=model, result={"answer": [42]}, packages=[USED])
    assert answer == {"outcome": "succeeded"}
    row = catalog.task(task_id)
    assert (row.state, row.outcome, row.claim) == (tasks.ENDED, "succeeded", None)
    deployment = catalog.row(models.Deployment, task_id)
    assert deployment.result == {"result": {"answer": [42]}, "isException": False}
    assert deployment.packages == [USED]
    assert deployment.finished is not None
    environment = catalog.environment_of(task_id)
    assert environment.version == 1
    assert [c["?"]["id"] for c in environment.description["Objects"]["services"]] == ["c"]
    assert environment.description["SystemData"] == {"a": 1}
    assert deployment.final_model["Objects"] == environment.description["Objects"]
    assert session_of(catalog, task_id).state == sessions.DEPLOYED
    assert catalog.status(task_id) == "ready"
    assert catalog.texts(task_id)[-1] == "Deployment finished"


@pytest.mark.parametrize(
    ("outcome", "level", "said", "state"),
    [
        ("succeeded", "warning", "Deployment finished with warnings", sessions.DEPLOYED),
        ("succeeded", "error", "Deployment finished with errors", sessions.DEPLOY_FAILURE),
        ("failed", "info", "Deployment finished with errors", sessions.DEPLOY_FAILURE),
        ("cancelled", "warning", "Deployment finished with errors", sessions.DEPLOY_FAILURE),
    ],
)
def test_errors_decide_the_state(catalog, outcome, level, said, state):
    task_id = catalog.deploy()
    task = catalog.claimed()
    catalog.report(task, "something", level=level)
    catalog.finish(task, outcome, model=changed(task))
    assert catalog.texts(task_id)[-1] == said
    assert session_of(catalog, task_id).state == state
    environment_id = catalog.head(task_id).environment_id
    assert catalog.environment_of(task_id).version == 1
    assert catalog.deploy(environment_id) is not None  # deployable again


def test_without_a_model_it_is_composed_from_the_journal(catalog):
    task_id = catalog.deploy()
    task = catalog.claimed()
    state = {"?": {"id": "e", "type": "t"}, "applications": [{"?": {"id": "c", "type": "t"}}]}
    catalog.journal(
        task,
        {"kind": "state", "value": state},
        {"kind": "attribute", "value": ["c", "t", "n", 1]},
        {"kind": "package", "value": USED},
    )
    catalog.finish(task, "failed", result={"message": "m", "details": "d"})
    model = catalog.environment_of(task_id).description
    assert [c["?"]["id"] for c in model["ObjectsCopy"]["services"]] == ["c"]
    assert model["Attributes"] == [["c", "t", "n", 1]]
    deployment = catalog.row(models.Deployment, task_id)
    assert deployment.final_model["ObjectsCopy"] == model["ObjectsCopy"]
    assert deployment.packages == [USED]


def test_the_first_answer_is_given_again_also_after_the_end(catalog):
    task_id = catalog.deploy()
    task = catalog.claimed()
    for _ in range(3):
        assert catalog.finish(task, model=changed(task), number=9) == {"outcome": "succeeded"}
    assert catalog.environment_of(task_id).version == 1
    assert catalog.texts(task_id).count("Deployment finished") == 1
    with pytest.raises(tasks.TaskEnded):
        catalog.finish(task, "failed", model=changed(task), number=10)
    with pytest.raises(tasks.TaskEnded):
        catalog.renew(task)
    with pytest.raises(tasks.TaskEnded):
        catalog.release(task)
    with pytest.raises(tasks.TaskEnded):
        catalog.report(task, "late")


def test_a_task_that_never_was(catalog):
    catalog.deploy()
    task = catalog.claimed()
    with catalog.database.writer() as session:
        session.delete(session.get(models.Task, task.task_id))
    with pytest.raises(tasks.UnknownTask):
        catalog.finish(task, model=task.model)
    with pytest.raises(tasks.UnknownTask):
        catalog.renew(task)


def test_a_call_keeps_its_result_and_forgets_its_token(catalog):
    call_id = catalog.call()
    task = catalog.claimed()
    catalog.finish(task, result=[1, 2])
    row = catalog.task(call_id)
    assert row.result == {"result": [1, 2], "isException": False}
    assert row.token is None


# ---------------------------------------------------------------- deletions


def test_a_deletion_removes_the_environment_and_revokes_its_trust(catalog):
    first = deployed(catalog)
    environment_id = catalog.head(first).environment_id
    deletion = catalog.deploy(environment_id, delete=True)
    task = catalog.claimed()
    assert task.model["Objects"] is None
    assert task.action is None
    assert task.model["ObjectsCopy"]["applications"][0]["?"]["id"] == "c"
    catalog.recorder.remember_guest("g", environment_id, {"key": "k"})
    catalog.finish(task, model={**task.model, "Objects": None, "ObjectsCopy": None})
    assert catalog.row(models.Environment, environment_id) is None
    assert catalog.row(models.Deployment, deletion) is None
    assert catalog.recorder.guest("g") is None
    (revocation,) = catalog.rows(models.TrustRevocation)
    assert (revocation.trust_id, revocation.environment_id) == ("trust", environment_id)
    # The task stays to answer its engine.
    assert catalog.task(deletion).outcome == "succeeded"


@pytest.mark.parametrize("composed", [False, True])
def test_what_is_left_of_a_deletion_can_be_deleted_or_deployed_again(catalog, composed):
    first = deployed(catalog)
    environment_id = catalog.head(first).environment_id
    deletion = catalog.deploy(environment_id, delete=True)
    task = catalog.claimed()
    model = None if composed else task.model
    catalog.finish(task, "failed", model=model)
    assert catalog.status(deletion) == "delete failure"
    assert catalog.texts(deletion)[-1] == "Deletion finished with errors"
    environment = catalog.row(models.Environment, environment_id)
    assert [c["?"]["id"] for c in environment.description["Objects"]["services"]] == ["c"]
    again = catalog.deploy(environment_id)
    assert catalog.status(again) == "deploying"
    task = catalog.claimed()
    catalog.finish(task, model=changed(task))
    catalog.deploy(environment_id, delete=True)
    task = catalog.claimed()
    catalog.finish(task, model={**task.model, "Objects": None, "ObjectsCopy": None})
    assert catalog.row(models.Environment, environment_id) is None


def test_a_deletion_that_nobody_began_changes_nothing(catalog):
    first = deployed(catalog)
    environment_id = catalog.head(first).environment_id
    before = catalog.environment_of(first).description
    deletion = catalog.deploy(environment_id, delete=True)
    catalog.cancel(deletion)
    now = catalog.now()
    catalog.database.transact(lambda session: watch.end_unwanted(session, deletion, now))
    assert catalog.environment_of(deletion).description == before
    assert catalog.status(deletion) == "delete failure"
    assert catalog.deploy(environment_id) is not None


def test_an_environment_that_is_gone_needs_no_ending(catalog):
    task_id = catalog.deploy()
    task = catalog.claimed()
    with catalog.database.writer() as session:
        environments.abandon(session, session.get(models.Environment, task.environment_id))
    assert catalog.finish(task, model=changed(task)) == {"outcome": "succeeded"}
    assert catalog.task(task_id).outcome == "succeeded"
