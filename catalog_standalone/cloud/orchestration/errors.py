"""Errors of the local Heat, named and worded as Heat's clients know them."""

from __future__ import annotations

from typing import Any

from catalog_standalone.cloud.web import REASONS, ApiError


def invalid(message: str, kind: str = "StackValidationFailed") -> ApiError:
    """A refused request or template: HTTP 400."""
    return ApiError(400, message, kind)


def missing(entity: str, name: str) -> ApiError:
    """Something named is not there: HTTP 404."""
    return ApiError(404, f"The {entity} ({name}) could not be found.", "EntityNotFound")


class ResourceFailure(Exception):
    """Making, changing or removing a resource failed; the message becomes its status reason."""


def error_body(error: ApiError) -> Any:
    """The body of Heat's error answers."""
    title = REASONS.get(error.status, "Error")
    return {
        "code": error.status,
        "title": title,
        "explanation": "The request could not be completed.",
        "error": {"message": error.message, "traceback": None, "type": error.kind},
    }
