"""The HTTP face of the local Heat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from catalog_standalone.cloud.orchestration import templates
from catalog_standalone.cloud.orchestration.errors import error_body, invalid, missing
from catalog_standalone.cloud.orchestration.plan import Plan
from catalog_standalone.cloud.orchestration.stacks import FIELDS, Stacks
from catalog_standalone.cloud.store import Document, new_uuid, now
from catalog_standalone.cloud.web import ApiError, Request, Response, Service

NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]{0,254}$")


class OrchestrationApi:
    """Heat v1 over ``Stacks``; ``delegate`` makes Heat's trust from the caller's token."""

    def __init__(self, stacks: Stacks, delegate: Callable[[Any], str]) -> None:
        self._stacks, self._delegate = stacks, delegate

    def service(self, authenticate: Callable[[str], Any], cors_origins: Iterable[str]) -> Service:
        """The WSGI application."""
        app = Service("orchestration", authenticate, error_body, cors_origins)
        app.route("GET", "/", self.versions, public=True)
        base = "/v1/{tenant}"
        app.route("GET", base + "/build_info", self.build_info)
        app.route("POST", base + "/validate", self.validate)
        app.route("GET", base + "/resource_types", self.resource_types)
        app.route("GET", base + "/resource_types/{name}", self.resource_type)
        app.route("GET", base + "/software_configs/{id}", self.software_config)
        app.route("GET", base + "/stacks", self.listing)
        app.route("GET", base + "/stacks/detail", self.listing)
        app.route("POST", base + "/stacks", self.create)
        app.route("POST", base + "/stacks/preview", self.preview_create)
        stack = base + "/stacks/{name}/{id}"
        app.route("GET", stack + "/template", self.template)
        app.route("GET", stack + "/files", self.files)
        app.route("GET", stack + "/environment", self.environment)
        app.route("GET", stack + "/outputs", self.outputs)
        app.route("GET", stack + "/outputs/{key}", self.output)
        app.route("GET", stack + "/resources", self.resources)
        app.route("GET", stack + "/resources/{resource}", self.resource)
        app.route("GET", stack + "/resources/{resource}/metadata", self.metadata)
        app.route("POST", stack + "/resources/{resource}/signal", self.signal)
        app.route("GET", stack + "/resources/{resource}/events", self.events)
        app.route("GET", stack + "/events", self.events)
        app.route("GET", stack + "/events/{event}", self.event)
        app.route("POST", stack + "/actions", self.action)
        app.route("PUT PATCH", stack + "/preview", self.preview_update)
        for part in ("template", "resources", "events", "outputs", "environment", "files",
                     "actions"):  # fmt: skip
            app.route("GET POST", f"{base}/stacks/{{name}}/{part}", self._redirect(part))
        app.route("GET", stack, self.show)
        app.route("PUT", stack, self.update)
        app.route("PATCH", stack, self.patch)
        app.route("DELETE", stack, self.delete)
        app.route("GET DELETE PUT PATCH", base + "/stacks/{name}", self._redirect(""))
        return app

    def versions(self, request: Request) -> Response:
        """Discovery."""
        links = [{"rel": "self", "href": f"{request.host_url}/v1/"}]
        return Response({"versions": [{"id": "v1.0", "status": "CURRENT", "links": links}]}, 300)

    def build_info(self, request: Request, tenant: str) -> Response:
        """Heat's name for who it is."""
        return Response({"api": {"revision": "local"}, "engine": {"revision": "local"}})

    # -- shape ------------------------------------------------------------------------------

    @staticmethod
    def _project(request: Request, tenant: str) -> str:
        project_id = request.token.project_id
        if tenant != project_id:
            raise ApiError(403, "You are not authorized to use this project's stacks.", "Forbidden")
        return str(project_id)

    @staticmethod
    def _url(request: Request, stack: Document, rest: str = "") -> str:
        base = f"{request.host_url}/v1/{stack['project_id']}/stacks"
        return f"{base}/{stack['name']}/{stack['id']}{rest}"

    def _summary(self, request: Request, stack: Document) -> Document:
        return {
            "id": stack["id"], "stack_name": stack["name"],
            "description": templates.parse(stack["template"]).description,
            "stack_status": f"{stack['action']}_{stack['status']}",
            "stack_status_reason": stack["reason"], "creation_time": stack["creation_time"],
            "updated_time": stack["updated_time"], "deletion_time": stack["deletion_time"],
            "tags": stack["tags"], "parent": None, "stack_owner": None,
            "stack_user_project_id": stack["project_id"], "project": stack["project_id"],
            "links": [{"rel": "self", "href": self._url(request, stack)}],
        }  # fmt: skip

    def _find(self, request: Request, tenant: str, name: str, id: str) -> Document:
        stack = self._stacks.find(self._project(request, tenant), id, with_deleted=True)
        if stack["name"] != name:
            raise missing("Stack", name)
        return stack

    def _redirect(self, part: str) -> Callable[..., Response]:
        def redirect(request: Request, tenant: str, name: str) -> Response:
            stack = self._stacks.find(self._project(request, tenant), name)
            location = self._url(request, stack, f"/{part}" if part else "")
            query = request.environ.get("QUERY_STRING")
            location += f"?{query}" if query else ""
            return Response({"location": location}, 302, {"Location": location})

        return redirect

    @staticmethod
    def _body(request: Request, base: Document | None = None) -> Document:
        raw = request.json()
        body: Document = {field: raw.get(field) for field in FIELDS}
        environment = raw.get("environment") or {}
        if isinstance(environment, str):
            environment = templates.parse_yaml(environment, "Environment")
        for key, value in (("environment", environment), ("parameters", raw.get("parameters")),
                           ("files", raw.get("files"))):  # fmt: skip
            if value is not None and not isinstance(value, dict):
                raise invalid(f"{key} must be a map.")
            body[key] = value or {}
        tags = raw.get("tags")
        if isinstance(tags, list):
            tags = ",".join(map(str, tags))
        if tags is not None:
            body["tags"] = [tag.strip() for tag in str(tags).split(",") if tag.strip()]
            if any(len(tag) > 80 for tag in body["tags"]):
                raise invalid("A tag is longer than 80 characters.")
        template = raw.get("template")
        if template is None and raw.get("template_url"):
            raise invalid("The local cloud does not fetch templates: send the template itself.")
        if template is None and base is None:
            raise invalid("No template specified")
        if template is not None:
            body["template"] = templates.parse(template).source
        if body["disable_rollback"] is None:
            body["disable_rollback"] = True
        elif isinstance(body["disable_rollback"], str):
            body["disable_rollback"] = body["disable_rollback"].lower() == "true"
        if base is not None:
            cleared = raw.get("clear_parameters") or []
            kept = {k: v for k, v in (base["parameters"] or {}).items() if k not in cleared}
            if template is None:
                body["template"] = base["template"]
                body["files"] = base["files"] if not body["files"] else body["files"]
            schemas = templates.parse(body["template"]).parameters
            kept = {k: v for k, v in kept.items() if k in schemas}
            body["parameters"] = {**kept, **body["parameters"]}
            body["environment"] = {**(base["environment"] or {}), **body["environment"]}
            body["tags"] = base["tags"] if tags is None else body["tags"]
        return body

    # -- stacks -----------------------------------------------------------------------------

    def listing(self, request: Request, tenant: str) -> Response:
        """Stacks of the project that match the query."""
        project_id = self._project(request, tenant)
        rows = self._stacks.store.list("stack", project_id=project_id)
        query = request.query
        if query.get("show_deleted", "").lower() != "true":
            rows = [r for r in rows if r["deletion_time"] is None]
        for key, value in request.query_list:
            if key in ("name", "stack_name"):
                rows = [r for r in rows if r["name"] == value]
            elif key in ("status", "action", "id"):
                rows = [r for r in rows if r[key] == value]
        for key, keep in (("tags", all), ("tags_any", any)):
            if key in query:
                wanted = query[key].split(",")
                rows = [r for r in rows if keep(t in (r["tags"] or []) for t in wanted)]
        rows.reverse()
        if marker := query.get("marker"):
            ids = [r["id"] for r in rows]
            rows = rows[ids.index(marker) + 1 :] if marker in ids else []
        total = len(rows)
        if query.get("limit", "").isdigit():
            rows = rows[: int(query["limit"])]
        answer: Document = {"stacks": [self._summary(request, row) for row in rows]}
        if query.get("with_count", "").lower() == "true":
            answer["count"] = total
        return Response(answer)

    def create(self, request: Request, tenant: str) -> Response:
        """Create a stack; Heat first makes its own trust from the caller's token."""
        project_id = self._project(request, tenant)
        name = request_name(raw := request.json())
        body = self._body(_Again(request, raw))
        self._stacks.refuse_existing(project_id, name)
        trust_id = self._delegate(request.token)
        stack = self._stacks.create(project_id, request.token.user_id, trust_id, name, body)
        links = [{"rel": "self", "href": self._url(request, stack)}]
        return Response({"stack": {"id": stack["id"], "links": links}}, 201)

    def _draft(self, request: Request, project_id: str, name: str, body: Document) -> Document:
        return {
            "id": new_uuid(), "name": name, "project_id": project_id, "action": "CREATE",
            "user_id": request.token.user_id, "status": "COMPLETE", "reason": "",
            "creation_time": now(), "updated_time": None, "deletion_time": None, **body,
        }  # fmt: skip

    def preview_create(self, request: Request, tenant: str) -> Response:
        """What a create would make."""
        project_id = self._project(request, tenant)
        raw = request.json()
        body = self._body(_Again(request, raw))
        stack = self._draft(request, project_id, request_name(raw), body)
        plan = Plan(self._stacks.registry, stack)
        rows = [
            {"resource_name": name, "resource_type": plan.resources[name].type,
             "resource_status": "INIT_COMPLETE", "required_by": []}
            for name in plan.order
        ]  # fmt: skip
        shown = self._summary(request, stack) | {
            "parameters": plan.parameters.shown(), "resources": rows, "outputs": [],
        }  # fmt: skip
        return Response({"stack": shown})

    def validate(self, request: Request, tenant: str) -> Response:
        """Check a template; parameters may be missing."""
        project_id = self._project(request, tenant)
        stack = self._draft(request, project_id, "validate", self._body(request))
        defaults = templates.parse(stack["template"]).parameters
        strict = all("default" in s or n in stack["parameters"] for n, s in defaults.items())
        plan = Plan(self._stacks.registry, stack, strict=strict)
        return Response({
            "Description": plan.template.description, "Parameters": plan.parameters.described(),
            "Environment": {"event_sinks": [], "parameter_defaults": {},
                            "parameters": stack["environment"].get("parameters", {}),
                            "resource_registry": {"resources": {}}},
        })  # fmt: skip

    def show(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """One stack with outputs."""
        stack = self._find(request, tenant, name, id)
        plan = Plan(self._stacks.registry, stack, strict=False)
        shown = self._summary(request, stack) | {
            "parameters": plan.parameters.shown(), "capabilities": [], "notification_topics": [],
            "disable_rollback": stack["disable_rollback"] is not False,
            "timeout_mins": stack["timeout_mins"], "template_description":
            plan.template.description,
        }  # fmt: skip
        resolve = request.query.get("resolve_outputs", "true").lower() != "false"
        if resolve:
            gone = stack["deletion_time"] is not None
            shown["outputs"] = [] if gone else self._stacks.outputs(stack)
        return Response({"stack": shown})

    def update(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """Replace template and parameters."""
        stack = self._live(request, tenant, name, id)
        body = self._body(request)
        self._stacks.update(stack, body)
        return Response(None, 202)

    def patch(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """Change what is given; the rest stays."""
        stack = self._live(request, tenant, name, id)
        self._stacks.update(stack, self._body(request, stack))
        return Response(None, 202)

    def _live(self, request: Request, tenant: str, name: str, id: str) -> Document:
        stack = self._find(request, tenant, name, id)
        if stack["deletion_time"]:
            raise missing("Stack", name)
        return stack

    def preview_update(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """What an update would change."""
        stack = self._live(request, tenant, name, id)
        body = self._body(request, stack if request.method == "PATCH" else None)
        changes = self._stacks.preview(stack, body)
        return Response({
            "resource_changes": {
                key: [{"resource_name": n, "stack_identity": {}} for n in names]
                for key, names in changes.items()
            }
        })  # fmt: skip

    def delete(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """Delete a stack."""
        self._stacks.delete(self._live(request, tenant, name, id))
        return Response(status=204)

    def action(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """``check`` looks at nothing and completes; others are refused."""
        stack = self._live(request, tenant, name, id)
        body = request.json()
        if "check" in body and stack["status"] != "IN_PROGRESS":
            self._stacks.store.change(
                "stack", id, action="CHECK", status="COMPLETE", updated_time=now(),
                reason="Stack CHECK completed successfully",
            )  # fmt: skip
            return Response(None, 201)
        raise invalid(f"The local cloud does not support the action {', '.join(body)}.")

    def template(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """The template as it was given."""
        return Response(self._find(request, tenant, name, id)["template"])

    def files(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """The files that came with it."""
        return Response(self._find(request, tenant, name, id)["files"])

    def environment(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """The environment that came with it."""
        return Response(self._find(request, tenant, name, id)["environment"])

    def outputs(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """Keys and descriptions of outputs."""
        rows = self._stacks.outputs(self._find(request, tenant, name, id))
        keys = ("output_key", "description")
        return Response({"outputs": [{k: row[k] for k in keys} for row in rows]})

    def output(self, request: Request, tenant: str, name: str, id: str, key: str) -> Response:
        """One output."""
        for row in self._stacks.outputs(self._find(request, tenant, name, id)):
            if row["output_key"] == key:
                return Response({"output": row})
        raise missing("Output", key)

    # -- resources and events -----------------------------------------------------------------

    def _resource(self, request: Request, stack: Document, row: Document) -> Document:
        others = self._stacks.resources(stack["id"]).values()
        return {
            "resource_name": row["name"], "logical_resource_id": row["name"],
            "physical_resource_id": row["physical_id"], "resource_type": row["type"],
            "resource_status": f"{row['action']}_{row['status']}",
            "resource_status_reason": row["reason"], "creation_time": row["creation_time"],
            "updated_time": row["updated_time"],
            "required_by": [o["name"] for o in others if row["name"] in o["requires"]],
            "links": [
                {"rel": "self", "href": self._url(request, stack, f"/resources/{row['name']}")},
                {"rel": "stack", "href": self._url(request, stack)},
            ],
        }  # fmt: skip

    def resources(self, request: Request, tenant: str, name: str, id: str) -> Response:
        """Resources of a stack."""
        stack = self._find(request, tenant, name, id)
        rows = self._stacks.resources(id).values()
        return Response({"resources": [self._resource(request, stack, row) for row in rows]})

    def _row(self, stack: Document, resource: str) -> Document:
        row = self._stacks.resources(stack["id"]).get(resource)
        if row is None:
            raise missing("Resource", resource)
        return row

    def resource(
        self, request: Request, tenant: str, name: str, id: str, resource: str
    ) -> Response:
        """One resource with attributes."""
        stack = self._find(request, tenant, name, id)
        row = self._row(stack, resource)
        attributes = self._stacks.attributes(stack, row)
        shown = self._resource(request, stack, row)
        return Response({"resource": shown | {"attributes": attributes, "description": ""}})

    def metadata(
        self, request: Request, tenant: str, name: str, id: str, resource: str
    ) -> Response:
        """Metadata of a resource."""
        row = self._row(self._find(request, tenant, name, id), resource)
        return Response({"metadata": row["metadata"]})

    def signal(self, request: Request, tenant: str, name: str, id: str, resource: str) -> Response:
        """A signal for a resource."""
        stack = self._find(request, tenant, name, id)
        self._stacks.signal(stack, resource, request.json())
        return Response(None, 200)

    def events(
        self, request: Request, tenant: str, name: str, id: str, resource: str | None = None
    ) -> Response:
        """Events of a stack, or of one resource."""
        stack = self._find(request, tenant, name, id)
        rows = self._stacks.store.list("event", parent=stack["id"])
        if resource is not None:
            rows = [row for row in rows if row["resource_name"] == resource]
        if marker := request.query.get("marker"):
            ids = [r["id"] for r in rows]
            rows = rows[ids.index(marker) + 1 :] if marker in ids else []
        if request.query.get("limit", "").isdigit():
            rows = rows[: int(request.query["limit"])]
        return Response({"events": [self._event(request, stack, row) for row in rows]})

    def _event(self, request: Request, stack: Document, row: Document) -> Document:
        shown = {k: v for k, v in row.items() if k not in ("stack_id", "resource_action")}
        return shown | {"links": [{"rel": "stack", "href": self._url(request, stack)}]}

    def event(self, request: Request, tenant: str, name: str, id: str, event: str) -> Response:
        """One event."""
        stack = self._find(request, tenant, name, id)
        row = self._stacks.store.get("event", event)
        if not row or row["stack_id"] != stack["id"]:
            raise missing("Event", event)
        return Response({"event": self._event(request, stack, row)})

    def resource_types(self, request: Request, tenant: str) -> Response:
        """Names of resource types."""
        return Response({"resource_types": self._stacks.registry.names()})

    def resource_type(self, request: Request, tenant: str, name: str) -> Response:
        """Properties and attributes of a type."""
        type_ = self._stacks.registry.find(name)
        properties = {
            key: {"type": entry.kind, "required": entry.required, "immutable": False,
                  "update_allowed": entry.update}
            for key, entry in type_.schema.items()
        }  # fmt: skip
        return Response({
            "resource_type": name, "properties": properties,
            "attributes": {key: {"type": "any"} for key in type_.attributes},
            "support_status": {"status": "SUPPORTED", "version": None, "message": None},
        })  # fmt: skip

    def software_config(self, request: Request, tenant: str, id: str) -> Response:
        """One software configuration."""
        found = self._stacks.store.get("software_config", id)
        if not found or found["project"] != self._project(request, tenant):
            raise missing("Software config", id)
        return Response({"software_config": found})


def request_name(raw: Document) -> str:
    """The stack name of a request; 400 where it is missing or malformed."""
    name = raw.get("stack_name")
    if not isinstance(name, str) or not NAME.match(name):
        raise invalid(
            f'Invalid stack name {name} must contain only alphanumeric or "_-." characters, must '
            "start with alpha and must be 255 characters or less."
        )
    return name


class _Again(Request):
    """A request whose body was read already."""

    def __init__(self, request: Request, body: Document) -> None:
        super().__init__(request.environ)
        self.token, self._read = request.token, body

    def json(self, key: str | None = None) -> Any:
        """The body that was read."""
        return self._read
