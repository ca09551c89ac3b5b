"""Who calls: the identity that Keystone vouches for."""

from __future__ import annotations

import dataclasses

from catalog_api.services.errors import Forbidden


@dataclasses.dataclass(frozen=True)
class Caller:
    """A user in a project.

    :ivar is_admin: whether one of the roles makes an administrator.
    :ivar has_network: whether the cloud's catalog lists Neutron.
    """

    user_id: str
    project_id: str
    roles: tuple[str, ...] = ()
    token: str = ""
    is_admin: bool = False
    has_network: bool = True

    def check_project(self, project_id: str, what: str) -> None:
        """Refuse what belongs to another project.

        :raises Forbidden: it does, and the caller is no administrator.
        """
        if self.project_id != project_id and not self.is_admin:
            raise Forbidden(f"User is not authorized to access {what}")
