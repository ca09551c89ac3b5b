"""All routes of the API in one table."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from catalog_api.controllers import (
    actions,
    categories,
    classes,
    components,
    deployments,
    environments,
    packages,
    sessions,
    statistics,
    templates,
)
from catalog_api.schemas.operations import Operation
from catalog_api.schemas.table import OPERATIONS
from catalog_api.services.documents import text_of

Handler = Callable[..., Any]
Route = tuple[Handler, Operation]
ENVIRONMENT = "/environments/{id}"
TEMPLATE = "/templates/{id}"
PACKAGE = "/catalog/packages/{id}"

#: ``{id}`` is one segment; ``{path}`` is all the rest and may be empty.
TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/environments", environments.index),
    ("POST", "/environments", environments.create),
    ("GET", ENVIRONMENT, environments.show),
    ("PUT", ENVIRONMENT, environments.rename),
    ("DELETE", ENVIRONMENT, environments.delete),
    ("GET", ENVIRONMENT + "/lastStatus", environments.last_status),
    ("GET", ENVIRONMENT + "/model/{path}", environments.model),
    ("PATCH", ENVIRONMENT + "/model/{path}", environments.patch_model),
    ("POST", ENVIRONMENT + "/configure", sessions.configure),
    ("GET", ENVIRONMENT + "/sessions/{id}", sessions.show),
    ("DELETE", ENVIRONMENT + "/sessions/{id}", sessions.delete),
    ("POST", ENVIRONMENT + "/sessions/{id}/deploy", sessions.deploy),
    ("GET", ENVIRONMENT + "/services", components.show),
    ("GET", ENVIRONMENT + "/services/{path}", components.show),
    ("POST", ENVIRONMENT + "/services", components.add),
    ("POST", ENVIRONMENT + "/services/{path}", components.add),
    ("PUT", ENVIRONMENT + "/services", components.put),
    ("PUT", ENVIRONMENT + "/services/{path}", components.put),
    ("DELETE", ENVIRONMENT + "/services", components.remove),
    ("DELETE", ENVIRONMENT + "/services/{path}", components.remove),
    ("GET", ENVIRONMENT + "/deployments", deployments.index),
    ("GET", ENVIRONMENT + "/deployments/{id}", deployments.reports),
    ("GET", "/deployments", deployments.of_project),
    ("POST", ENVIRONMENT + "/actions/{id}", actions.execute),
    ("GET", ENVIRONMENT + "/actions/{id}", actions.result),
    ("GET", ENVIRONMENT + "/instance-statistics/raw", statistics.raw),
    ("GET", ENVIRONMENT + "/instance-statistics/raw/{id}", statistics.instance),
    ("GET", ENVIRONMENT + "/instance-statistics/aggregated", statistics.aggregated),
    ("GET", "/stats", statistics.requests),
    ("POST", "/actions", classes.execute),
    ("GET", "/schemas/{id}", classes.schemas),
    ("GET", "/schemas/{id}/{id}", classes.schemas),
    ("GET", "/templates", templates.index),
    ("POST", "/templates", templates.create),
    ("GET", TEMPLATE, templates.show),
    ("PUT", TEMPLATE, templates.update),
    ("DELETE", TEMPLATE, templates.delete),
    ("POST", TEMPLATE + "/create-environment", templates.create_environment),
    ("POST", TEMPLATE + "/clone", templates.clone),
    ("GET", TEMPLATE + "/services", templates.services),
    ("GET", TEMPLATE + "/services/{path}", templates.services),
    ("POST", TEMPLATE + "/services", templates.add_services),
    ("PUT", TEMPLATE + "/services/{path}", templates.replace_service),
    ("DELETE", TEMPLATE + "/services/{path}", templates.remove_service),
    ("GET", "/catalog/packages", packages.index),
    ("POST", "/catalog/packages", packages.upload),
    ("GET", PACKAGE, packages.show),
    ("PATCH", PACKAGE, packages.change),
    ("DELETE", PACKAGE, packages.delete),
    ("GET", PACKAGE + "/ui", packages.ui),
    ("GET", PACKAGE + "/logo", packages.logo),
    ("GET", PACKAGE + "/supplier_logo", packages.supplier_logo),
    ("GET", PACKAGE + "/download", packages.download),
    ("GET", "/catalog/categories", categories.index),
    ("POST", "/catalog/categories", categories.create),
    ("GET", "/catalog/categories/{id}", categories.show),
    ("DELETE", "/catalog/categories/{id}", categories.delete),
)


class Router:
    """Finds handlers by method and path."""

    def __init__(self) -> None:
        self._routes: dict[str, list[tuple[re.Pattern[str], dict[str, Route]]]] = {}
        found: dict[str, tuple[re.Pattern[str], dict[str, Route]]] = {}
        for method, path, handler in TABLE:
            if path not in found:
                found[path] = (_compiled(path), {})
                self._routes.setdefault(path.split("/")[1], []).append(found[path])
            found[path][1][method] = (handler, OPERATIONS[method, path])

    def find(self, method: str, path: str) -> tuple[Route | None, list[str], list[str]]:
        """Handler and what it takes, the values in the path, and the methods of the path.

        :param path: below ``/v1``, percent-encoded.
        :raises BadRequest: a value in it is no text.
        """
        allowed: list[str] = []
        for pattern, routes in self._routes.get(path.split("/", 2)[1], ()):
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if method in routes:
                return routes[method], [text_of(value) for value in match.groups()], []
            allowed.extend(routes)
        return None, [], allowed


def _compiled(path: str) -> re.Pattern[str]:
    pattern = re.escape(path).replace(r"\{id\}", "([^/]+)").replace(r"\{path\}", "(.*)")
    return re.compile(pattern)
