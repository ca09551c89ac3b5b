"""The way of an environment through the API: create, compose, deploy, act, delete."""

COMPONENT = {"?": {"id": "c1", "type": "org.example.App", "name": "app"}, "title": "x"}


def create(demo, name="one"):
    return demo.post_json("/v1/environments", {"name": name}).json


def deployed(demo, engine, name="one", model=None):
    """An environment with a component that an engine has deployed."""
    environment = create(demo, name)["id"]
    session = demo.post(f"/v1/environments/{environment}/configure").json["id"]
    header = {"X-Configuration-Session": session}
    demo.post_json(f"/v1/environments/{environment}/services", COMPONENT, headers=header)
    demo.post(f"/v1/environments/{environment}/sessions/{session}/deploy")
    task = engine.claim()
    engine.finish(task, model(task) if model else {**task.model, "ObjectsCopy": {"?": {}}})
    return environment


def test_an_environment_is_made_with_networks(demo):
    made = create(demo)
    assert made["version"] == 0
    assert made["name"] == "one"
    assert "status" not in made
    model = demo.get(f"/v1/environments/{made['id']}/model/defaultNetworks").json
    assert model["environment"]["name"] == "one-network"
    assert model["environment"]["?"]["type"] == "io.murano.resources.NeutronNetwork"
    assert model["flat"] is None
    (listed,) = demo.get("/v1/environments").json["environments"]
    assert listed["status"] == "ready"


def test_names_are_unique_in_a_project(demo, client):
    create(demo)
    demo.post_json("/v1/environments", {"name": "one"}, status=409)
    create(client("other"))


def test_deploying_a_session(demo, engine, woken):
    environment = create(demo)["id"]
    session = demo.post(f"/v1/environments/{environment}/configure").json
    assert session["state"] == "opened"
    header = {"X-Configuration-Session": session["id"]}
    base = f"/v1/environments/{environment}"
    demo.post_json(f"{base}/services", COMPONENT, headers=header)
    assert demo.get(f"{base}/services").json == []
    (draft,) = demo.get(f"{base}/services", headers=header).json
    assert draft["?"]["status"] == "pending"
    assert demo.post(f"{base}/sessions/{session['id']}/deploy").body == b""
    shown = demo.get(base).json
    assert shown["status"] == "deploying"
    assert shown["acquired_by"] == session["id"]
    task = engine.claim()
    assert woken.tasks == [task.task_id]
    assert task.model["Objects"]["applications"] == [COMPONENT]
    assert task.model["Objects"]["?"]["id"] == environment
    assert task.action == {"object_id": environment, "method": "deploy", "args": {}}
    assert task.trust_id
    assert task.token is None
    engine.finish(task)
    shown = demo.get(base).json
    assert shown["status"] == "ready"
    assert shown["version"] == 1
    assert shown["services"][0]["?"]["id"] == "c1"
    demo.get(f"{base}/sessions/{session['id']}", status=403)
    (deployment,) = demo.get(f"{base}/deployments").json["deployments"]
    assert deployment["state"] == "success"
    assert deployment["attempts"][0]["engine"] == "engine-1"
    reports = demo.get(f"{base}/deployments/{deployment['id']}").json["reports"]
    assert [report["text"] for report in reports] == [
        "Action deploy is scheduled", "Deployment finished",
    ]  # fmt: skip


def test_a_failed_deployment_can_be_repeated(demo, engine):
    environment = create(demo)["id"]
    base = f"/v1/environments/{environment}"
    for number, (failed, status) in enumerate([(True, "deploy failure"), (False, "ready")]):
        session = demo.post(f"{base}/configure").json["id"]
        demo.post(f"{base}/sessions/{session}/deploy")
        engine.finish(engine.claim(), result={"message": "m", "details": "d"}, failed=failed)
        shown = demo.get(base).json
        assert shown["status"] == status
        assert shown["version"] == number + 1


def test_actions_are_called_and_answered(demo, engine):
    def model(task):
        objects = dict(task.model["Objects"])
        component = dict(objects["applications"][0])
        component["?"] = {
            **component["?"], "_actions": {"c1_run": {"name": "run", "enabled": True}},
        }  # fmt: skip
        objects["applications"] = [component]
        return {**task.model, "Objects": objects, "ObjectsCopy": objects}

    environment = deployed(demo, engine, model=model)
    base = f"/v1/environments/{environment}"
    demo.post_json(f"{base}/actions/c1_none", {}, status=404)
    task_id = demo.post_json(f"{base}/actions/c1_run", {"a": 1}).json["task_id"]
    assert demo.get(f"{base}/actions/{task_id}").json == {}
    demo.post_json(f"{base}/actions/c1_run", {}, status=403)
    task = engine.claim()
    assert task.action == {"object_id": "c1", "method": "run", "args": {"a": 1}}
    engine.finish(task, result=5)
    assert demo.get(f"{base}/actions/{task_id}").json == {"result": 5, "isException": False}


def test_deleting_what_was_never_deployed(demo):
    environment = create(demo)["id"]
    assert demo.delete(f"/v1/environments/{environment}").body == b""
    demo.get(f"/v1/environments/{environment}", status=404)


def test_deleting_what_was_deployed_is_a_deployment(demo, engine, database):
    environment = deployed(demo, engine)
    demo.delete(f"/v1/environments/{environment}")
    assert demo.get(f"/v1/environments/{environment}").json["status"] == "deleting"
    demo.delete(f"/v1/environments/{environment}", status=403)
    task = engine.claim()
    assert task.model["Objects"] is None
    assert task.action is None
    engine.finish(task, {"Objects": None, "ObjectsCopy": None, "Attributes": []})
    demo.get(f"/v1/environments/{environment}", status=404)


def test_abandoning_forgets_at_once(demo, engine):
    environment = deployed(demo, engine)
    demo.delete(f"/v1/environments/{environment}?abandon=True")
    demo.get(f"/v1/environments/{environment}", status=404)


def test_other_projects_see_nothing(demo, client):
    environment = create(demo)["id"]
    other = client("other")
    assert other.get("/v1/environments").json == {"environments": []}
    for method, path, body in [
        ("GET", "", None), ("PUT", "", {"name": "x"}), ("DELETE", "", None),
        ("POST", "/configure", None), ("GET", "/services", None), ("GET", "/deployments", None),
        ("GET", "/model/name", None), ("POST", "/actions/x", {}),
    ]:  # fmt: skip
        params = {"params": body} if body is not None else {}
        call = getattr(other, f"{method.lower()}{'_json' if body is not None else ''}")
        error = call(f"/v1/environments/{environment}{path}", status=403, **params).json["error"]
        assert error["code"] == 403


def test_a_session_opens_no_other_environment(demo):
    one, two = create(demo, "one")["id"], create(demo, "two")["id"]
    session = demo.post(f"/v1/environments/{one}/configure").json["id"]
    header = {"X-Configuration-Session": session}
    demo.post_json(f"/v1/environments/{two}/services", COMPONENT, headers=header, status=400)
    demo.get(f"/v1/environments/{two}/services", headers=header, status=400)
    demo.post(f"/v1/environments/{two}/sessions/{session}/deploy", status=400)
