"""What one operation of the API takes and answers."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Final

from catalog_api.schemas.checking import Checker
from catalog_api.schemas.values import ANY, Schema

JSON: Final = "application/json"


@dataclasses.dataclass(frozen=True)
class Body:
    """The body of a request.

    :ivar schema: of the JSON document, whatever its media type is.
    :ivar required: whether there must be one.
    """

    schema: Schema = dataclasses.field(default_factory=dict)
    media_type: str = JSON
    required: bool = True

    @functools.cached_property
    def checker(self) -> Checker:
        """Holds documents against the schema."""
        return Checker(self.schema)


@dataclasses.dataclass(frozen=True)
class Operation:
    """One method of one path.

    :ivar tag: the resource.
    :ivar summary: what it does, in a few words.
    :ivar answer: schema of the document; None where the answer is empty or no JSON.
    :ivar media_type: of the answer.
    :ivar body: of the request; None: it has none.
    :ivar query: schemas of query parameters by name. An array is a parameter that may be repeated.
    :ivar only_these: a query parameter that is not declared is refused.
    :ivar errors: statuses beside those that every operation may have.
    :ivar in_session: takes the id of a session in a header.
    """

    tag: str
    summary: str
    answer: Schema | None = dataclasses.field(default_factory=lambda: ANY)
    media_type: str = JSON
    body: Body | None = None
    query: Mapping[str, Schema] = dataclasses.field(default_factory=dict)
    only_these: bool = False
    errors: tuple[int, ...] = ()
    in_session: bool = False


Table = Mapping[tuple[str, str], Operation]
"""Operations by method and path, the path as in the table of routes."""
