"""Intrinsic functions and conditions of HOT."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from catalog_standalone.cloud.orchestration.errors import invalid
from catalog_standalone.cloud.orchestration.templates import MAX_DEPTH, Budget

MAX_COMBINATIONS = 10_000


class Later:
    """Stands, while a template is only checked, for what is known when resources exist."""


LATER = Later()


def depends_on_later(value: Any) -> bool:
    """Whether a value holds something that is not known yet."""
    if isinstance(value, dict):
        return any(depends_on_later(item) for item in value.values())
    if isinstance(value, list):
        return any(depends_on_later(item) for item in value)
    return value is LATER


class References(Protocol):
    """What functions may ask of the stack they are evaluated for."""

    def reference(self, name: str) -> Any:
        """Value of ``get_resource``."""

    def attribute(self, name: str, attribute: str | None) -> Any:
        """Value of ``get_attr`` before its path is followed."""


def follow(value: Any, path: list[Any]) -> Any:
    """Walk into lists and maps; None where the path leads nowhere."""
    for step in path:
        try:
            if isinstance(value, list):
                value = value[int(step)]
            elif isinstance(value, Mapping):
                value = value[str(step)]
            else:
                return None
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return value


class Evaluator:
    """Resolves snippets for one stack: parameters, files and other resources."""

    def __init__(
        self,
        parameters: Mapping[str, Any],
        files: Mapping[str, str],
        conditions: Mapping[str, Any],
        references: References,
    ) -> None:
        self._parameters, self._files = parameters, files
        self._conditions, self._references = conditions, references
        self._open_conditions: list[str] = []
        self._budget = Budget()

    def resolve(self, snippet: Any, depth: int = 0) -> Any:
        """The value of a snippet, all functions applied."""
        if depth > MAX_DEPTH:
            raise invalid(f"Functions are nested deeper than {MAX_DEPTH} levels.")
        self._budget.spend(snippet if isinstance(snippet, str) else "")
        if isinstance(snippet, dict):
            if len(snippet) == 1:
                (name, argument), = snippet.items()  # fmt: skip
                if name == "if":
                    return self._if(argument, depth)
                function = FUNCTIONS.get(name)
                if function:
                    resolved = self.resolve(argument, depth + 1)
                    if depends_on_later(resolved):
                        return LATER
                    value = function(self, resolved)
                    self._budget.spend(value if isinstance(value, str) else "")
                    return value
            return {key: self.resolve(value, depth + 1) for key, value in snippet.items()}
        if isinstance(snippet, list):
            return [self.resolve(value, depth + 1) for value in snippet]
        return snippet

    def _if(self, argument: Any, depth: int) -> Any:
        if not isinstance(argument, list) or len(argument) not in (2, 3):
            raise invalid('Arguments to "if" must be of the form: [condition, value_if_true, '
                          "value_if_false]")  # fmt: skip
        branches = [*argument[1:], None]
        return self.resolve(branches[0 if self.condition(argument[0]) else 1], depth + 1)

    def condition(self, snippet: Any) -> bool:
        """The truth of a condition, given by name or as a function."""
        if isinstance(snippet, bool):
            return snippet
        if isinstance(snippet, str):
            if snippet not in self._conditions:
                raise invalid(f'Invalid condition "{snippet}"')
            if snippet in self._open_conditions:
                raise invalid(
                    "Circular definition for condition " + " -> ".join(
                        [*self._open_conditions, snippet])
                )  # fmt: skip
            self._open_conditions.append(snippet)
            try:
                return self.condition(self._conditions[snippet])
            finally:
                self._open_conditions.pop()
        if isinstance(snippet, dict) and len(snippet) == 1:
            (name, argument), = snippet.items()  # fmt: skip
            if name == "not":
                return not self.condition(argument)
            if name in ("and", "or"):
                if not isinstance(argument, list) or len(argument) < 2:
                    raise invalid(f'The minimum number of condition arguments to "{name}" is 2.')
                truths = [self.condition(item) for item in argument]
                return all(truths) if name == "and" else any(truths)
            if name in ("equals", "contains", "get_param", "yaql"):
                value = self.resolve(snippet)
                if isinstance(value, bool):
                    return value
                if name == "get_param":
                    return str(value).lower() in ("true", "t", "on", "yes", "y", "1")
        raise invalid(f'Invalid condition "{snippet}"')

    def get_param(self, argument: Any) -> Any:
        """``get_param: name`` or ``[name, step, …]``."""
        path = argument if isinstance(argument, list) else [argument]
        if not path or not isinstance(path[0], str):
            raise invalid('Function "get_param" must have arguments')
        if path[0] not in self._parameters:
            raise invalid(f"The Parameter ({path[0]}) was not provided.", "UserParameterMissing")
        value = follow(self._parameters[path[0]], path[1:])
        return "" if value is None and len(path) > 1 else value

    def get_resource(self, argument: Any) -> Any:
        """``get_resource: name``."""
        return self._references.reference(_text(argument, "get_resource"))

    def get_attr(self, argument: Any) -> Any:
        """``get_attr: [resource, attribute, step, …]``."""
        if not isinstance(argument, list) or not argument:
            raise invalid('Arguments to "get_attr" must be of the form '
                          "[resource_name, attribute, (path), ...]")  # fmt: skip
        attribute = argument[1] if len(argument) > 1 else None
        name = _text(argument[0], "get_attr")
        value = self._references.attribute(name, attribute)
        return LATER if value is LATER else follow(value, argument[2:])

    def get_file(self, argument: Any) -> str:
        """Content of a file sent along."""
        name = _text(argument, "get_file")
        if name not in self._files:
            raise invalid(f'No content found in the "files" section for get_file path: {name}')
        return self._files[name]


def _text(value: Any, function: str) -> str:
    if not isinstance(value, str):
        raise invalid(f'Argument to "{function}" must be a string')
    return value


def _printed(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _map(value: Any, function: str, *keys: str) -> list[Any]:
    if not isinstance(value, dict) or any(key not in value for key in keys):
        raise invalid(f'"{function}" needs a map with the keys: {", ".join(keys)}')
    return [value[key] for key in keys]


def _list(value: Any, function: str, least: int = 0, most: int | None = None) -> list[Any]:
    if not isinstance(value, list) or len(value) < least or len(value) > (most or len(value)):
        raise invalid(f'Incorrect arguments to "{function}": a list is needed'
                      + (f" of at least {least} items" if least else ""))  # fmt: skip
    return value


def _str_replace(strict: bool, vivid: bool) -> Callable[[Evaluator, Any], Any]:
    def replace(_: Evaluator, argument: Any) -> str:
        template, params = _map(argument, "str_replace", "template", "params")
        if not isinstance(params, dict):
            raise invalid('"str_replace" "params" must be a map')
        text = _printed(template)
        unused = set(params)
        keys = sorted((key for key in params if key), key=lambda key: (-len(key), key))
        parts: list[tuple[str, bool]] = [(text, False)]
        for key in keys:
            if vivid and not params[key]:
                raise invalid(f"str_replace_vivid: the value of {key} is empty")
            value = _printed(params[key])
            found: list[tuple[str, bool]] = []
            for part, final in parts:
                if final or key not in part:
                    found.append((part, final))
                    continue
                unused.discard(key)
                pieces = part.split(key)
                for index, piece in enumerate(pieces):
                    found += [(value, True)] if index else []
                    found.append((piece, False))
            parts = found
            if sum(len(part) for part, _ in parts) > 16 * 1024 * 1024:
                raise invalid("The result of str_replace is too large.")
        if strict and unused:
            raise invalid(f"The following params were not found in the template: {sorted(unused)}")
        return "".join(part for part, _ in parts)

    return replace


def _list_join(_: Evaluator, argument: Any) -> str:
    items = _list(argument, "list_join", 2)
    delimiter = _text(items[0], "list_join")
    joined = []
    for item in items[1:]:
        joined += _list(item if item is not None else [], "list_join")
    return delimiter.join(_printed(item) for item in joined)


def _digest(_: Evaluator, argument: Any) -> str:
    algorithm, value = _list(argument, "digest", 2, 2)
    if algorithm not in hashlib.algorithms_guaranteed or str(algorithm).startswith("shake"):
        known = ", ".join(sorted(hashlib.algorithms_guaranteed))
        raise invalid(f"Algorithm must be one of {known}")
    return hashlib.new(algorithm, _text(value, "digest").encode()).hexdigest()


def _repeat(_: Evaluator, argument: Any) -> list[Any]:
    template, for_each = _map(argument, "repeat", "template", "for_each")
    if not isinstance(for_each, dict) or not for_each:
        raise invalid('"repeat" "for_each" must be a map')
    values = [list(v) if isinstance(v, dict) else _list(v or [], "repeat")
              for v in for_each.values()]  # fmt: skip
    count = 1
    for value in values:
        count *= len(value)
    if count > MAX_COMBINATIONS:
        raise invalid(f'"repeat" makes more than {MAX_COMBINATIONS} items')
    if argument.get("permutations", True):
        rows: Iterable[tuple[Any, ...]] = itertools.product(*values)
    else:
        if len({len(value) for value in values}) > 1:
            raise invalid('"repeat" without permutations needs lists of the same length')
        rows = zip(*values, strict=True)
    budget = Budget()
    return [budget.copy(_substitute(template, dict(zip(for_each, row, strict=True))))
            for row in rows]  # fmt: skip


def _substitute(template: Any, values: dict[str, Any]) -> Any:
    if isinstance(template, str):
        if template in values:
            return values[template]
        for key, value in values.items():
            if key in template:
                template = template.replace(key, _printed(value))
        return template
    if isinstance(template, dict):
        return {str(_substitute(k, values)): _substitute(v, values) for k, v in template.items()}
    if isinstance(template, list):
        return [_substitute(item, values) for item in template]
    return template


def _map_merge(_: Evaluator, argument: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for item in _list(argument, "map_merge"):
        if item is not None and not isinstance(item, dict):
            raise invalid('Incorrect arguments to "map_merge": a list of maps is needed')
        merged.update(item or {})
    return merged


def _map_replace(_: Evaluator, argument: Any) -> dict[str, Any]:
    source, change = _list(argument, "map_replace", 2, 2)
    if not isinstance(source, dict) or not isinstance(change, dict):
        raise invalid('"map_replace" needs two maps')
    keys, values = change.get("keys") or {}, change.get("values") or {}
    replaced: dict[str, Any] = {}
    for key, value in source.items():
        name = str(keys.get(key, key))
        if name in replaced:
            raise invalid(f"map_replace: key {name} occurs twice")
        simple = isinstance(value, str | int | float)
        replaced[name] = values.get(value, value) if simple else value
    return replaced


def _str_split(_: Evaluator, argument: Any) -> Any:
    items = _list(argument, "str_split", 2, 3)
    if items[1] is None:
        return None
    parts = _text(items[1], "str_split").split(_text(items[0], "str_split"))
    if len(items) == 2:
        return parts
    try:
        return parts[int(items[2])]
    except (ValueError, IndexError, TypeError):
        raise invalid(f'Incorrect index to "str_split": {items[2]}') from None


def _filter(_: Evaluator, argument: Any) -> list[Any]:
    values, items = _list(argument, "filter", 2, 2)
    return [item for item in _list(items, "filter") if item not in _list(values, "filter")]


def _make_url(_: Evaluator, argument: Any) -> str:
    if not isinstance(argument, dict):
        raise invalid('The arguments to "make_url" must be a map')
    known = {"scheme", "username", "password", "host", "port", "path", "query", "fragment"}
    if unknown := set(argument) - known:
        raise invalid(f'Invalid arguments to "make_url": {", ".join(sorted(unknown))}')
    get = argument.get
    url = f"{get('scheme')}:" if get("scheme") else ""
    if get("host"):
        login = quote(str(get("username") or ""), "")
        login += f":{quote(str(get('password')), '')}" if get("password") else ""
        host = str(get("host"))
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        url += "//" + (f"{login}@" if login else "") + host
        port = str(get("port") or "")
    if port and not port.isdigit():
        raise invalid(f'Invalid port in "make_url": {port}')
    url += f":{port}" if port else ""
    path = str(get("path") or "")
    url += ("/" if path and get("host") and not path.startswith("/") else "") + quote(path)
    query = get("query")
    url += f"?{urlencode(query) if isinstance(query, dict) else query}" if query else ""
    return url + (f"#{quote(str(get('fragment')))}" if get("fragment") else "")


def _equals(_: Evaluator, argument: Any) -> bool:
    first, second = _list(argument, "equals", 2, 2)
    return bool(first == second)


def _contains(_: Evaluator, argument: Any) -> bool:
    value, sequence = _list(argument, "contains", 2, 2)
    try:
        return value in sequence
    except TypeError:
        raise invalid('Second argument to "contains" should be a sequence.') from None


def _list_concat(unique: bool) -> Callable[[Evaluator, Any], Any]:
    def concat(_: Evaluator, argument: Any) -> list[Any]:
        joined: list[Any] = []
        for items in _list(argument, "list_concat"):
            for item in _list(items or [], "list_concat"):
                if not unique or item not in joined:
                    joined.append(item)
        return joined

    return concat


def _refused(reason: str) -> Callable[[Evaluator, Any], Any]:
    def refuse(_: Evaluator, __: Any) -> Any:
        raise invalid(reason)

    return refuse


FUNCTIONS: dict[str, Callable[[Evaluator, Any], Any]] = {
    "get_param": Evaluator.get_param,
    "get_resource": Evaluator.get_resource,
    "get_attr": Evaluator.get_attr,
    "get_file": Evaluator.get_file,
    "str_replace": _str_replace(strict=False, vivid=False),
    "str_replace_strict": _str_replace(strict=True, vivid=False),
    "str_replace_vivid": _str_replace(strict=True, vivid=True),
    "list_join": _list_join,
    "list_concat": _list_concat(unique=False),
    "list_concat_unique": _list_concat(unique=True),
    "digest": _digest,
    "repeat": _repeat,
    "map_merge": _map_merge,
    "map_replace": _map_replace,
    "str_split": _str_split,
    "filter": _filter,
    "make_url": _make_url,
    "equals": _equals,
    "contains": _contains,
    "yaql": _refused("The function yaql is not supported by the local cloud."),
    "resource_facade": _refused("resource_facade can only be used in a nested stack's template."),
}
