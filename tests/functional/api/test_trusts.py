"""Trusts that acceptance makes: kept with what was accepted, given up with what was not."""

import sqlalchemy as sa

from catalog_api.controllers import acceptance
from catalog_api.db import models
from catalog_api.services.errors import Forbidden


def rows(database, kind):
    with database.reader() as session:
        return list(session.scalars(sa.select(kind)))


def test_a_deployment_that_is_not_accepted_leaves_no_trust_behind(demo, database, monkeypatch):
    environment = demo.post_json("/v1/environments", {"name": "one"}).json["id"]
    session = demo.post(f"/v1/environments/{environment}/configure").json["id"]

    def refuse(*_arguments):
        raise Forbidden("somebody else was faster")

    monkeypatch.setattr(acceptance.deployments, "accept", refuse)
    demo.post(f"/v1/environments/{environment}/sessions/{session}/deploy", status=403)
    (revocation,) = rows(database, models.TrustRevocation)
    assert (revocation.environment_id, bool(revocation.trust_id)) == (environment, True)
    assert rows(database, models.Environment)[0].trust_id is None


def test_an_environment_that_was_never_deployed_goes_with_the_trust_of_its_deletion(demo, database):
    environment = demo.post_json("/v1/environments", {"name": "one"}).json["id"]
    demo.delete(f"/v1/environments/{environment}")
    assert rows(database, models.Environment) == []
    assert len(rows(database, models.TrustRevocation)) == 1
