"""Prints etc/burano/burano.conf.sample: every option with its help and default."""

from __future__ import annotations

import sys
import textwrap

from catalog_common import configuration
from catalog_common.configuration import Section

HEAD = """\
# Sample configuration of burano-api, burano-conductor and burano-engine. Each reads the sections
# that it uses, from /etc/burano/burano.conf and /etc/burano/burano.conf.d/*.conf.
# Every value shown is the default; what has none is shown empty.
"""
LIBRARIES = """
# Of libraries: who validates tokens, and as whom the services sign in (keystonemiddleware,
# keystoneauth). Their own documentation lists the options.
[keystone_authtoken]
#www_authenticate_uri = https://keystone.example.org/v3
#auth_type = password
#auth_url = https://keystone.example.org/v3
#username = burano
#password =
#project_name = service
#user_domain_name = Default
#project_domain_name = Default
"""


def sections() -> list[Section]:
    """All sections that the services know, by name."""
    found = [value for value in vars(configuration).values() if isinstance(value, Section)]
    return sorted(found, key=lambda section: section.name)


def shown(value: object) -> str:
    """A default as it is written in a file."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def sample() -> str:
    """The whole file."""
    lines = [HEAD]
    for section in sections():
        lines.append(f"[{section.name}]")
        for option in section.options:
            lines += textwrap.wrap(option.help, 98, initial_indent="# ", subsequent_indent="# ")
            lines.append(f"#{option.name} = {shown(option.default)}".rstrip())
        lines.append("")
    return "\n".join(lines) + LIBRARIES.lstrip("\n")


if __name__ == "__main__":
    sys.stdout.write(sample())
