"""The newest report about each component (section 4.1.6)."""

from __future__ import annotations

import uuid

from catalog_api.db.models import Deployment, Report


def test_058_to_060_last_status(demo, client, database):
    environment = demo.post_json("/v1/environments", {"name": "e"}).json["id"]
    base = f"/v1/environments/{environment}"
    session = {"X-Configuration-Session": demo.post(f"{base}/configure").json["id"]}
    inner, outer, silent = (uuid.uuid4().hex for _ in range(3))
    component = {"?": {"id": outer, "type": "t"}, "server": {"?": {"id": inner, "type": "s"}}}
    demo.post_json(f"{base}/services", component, headers=session)
    demo.post_json(f"{base}/services", {"?": {"id": silent, "type": "t"}}, headers=session)

    def write(work):
        work.add(Deployment(id="d", environment_id=environment, description={}))
        for number, (entity, text) in enumerate([(outer, "old"), (inner, "new"), (None, "own")], 1):
            work.add(Report(deployment_id="d", number=number, entity_id=entity, text=text))
            work.flush()

    database.transact(write)
    found = demo.get(f"{base}/lastStatus", headers=session).json["lastStatuses"]
    assert found[silent] is None
    assert (found[outer]["text"], found[outer]["entity_id"]) == ("new", inner)
    assert demo.get(f"{base}/lastStatus").json == {"lastStatuses": {}}
    demo.get(f"{base}/lastStatus", headers={"X-Configuration-Session": "none"}, status=404)
    demo.get("/v1/environments/none/lastStatus", status=404)
    client("other").get(f"{base}/lastStatus", status=403)
