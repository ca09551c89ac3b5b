"""Counting of instances: the effects of the port ``reports``, told to the conductor."""

from __future__ import annotations

from typing import Any

from catalog_common.contract.instances import InstanceChange
from catalog_common.contract.messages import ContractError
from catalog_engine.host.errors import PortError
from catalog_engine.supervisor.conductors import Claim, Refused, Unreachable
from catalog_engine.supervisor.lease import LeaseClosed
from catalog_engine.supervisor.texts import short

ID_LENGTH, NAME_LENGTH = 255, 512


class Instances:
    """Counts instances of one task's environment; waits while the conductor is away.

    What counts already is counted once, so an effect may be asked for again.
    """

    def __init__(self, claim: Claim) -> None:
        self._claim = claim

    def track_instance(
        self, object_id: Any, instance_type: Any, type_name: Any, type_title: Any = None,
        unit_count: Any = None,
    ) -> None:  # fmt: skip
        """Count an instance.

        :raises PortError: ``ValueError``: it cannot be counted like this.
        :raises LeaseClosed: the task is over for this engine.
        """
        self._tell(
            {
                "change": "track", "instance_id": short(object_id, ID_LENGTH),
                "instance_type": instance_type, "type_name": short(type_name, NAME_LENGTH),
                "type_title": None if type_title is None else short(type_title, NAME_LENGTH),
                "unit_count": unit_count,
            }
        )  # fmt: skip

    def untrack_instance(self, object_id: Any, instance_type: Any) -> None:
        """Count an instance no longer; errors as above."""
        self._tell(
            {
                "change": "untrack", "instance_id": short(object_id, ID_LENGTH),
                "instance_type": instance_type,
            }
        )  # fmt: skip

    def _tell(self, members: dict[str, Any]) -> None:
        try:
            self._claim.count_instance(InstanceChange.from_dict(members, "the instance"))
        except ContractError as error:
            raise PortError("ValueError", str(error)) from error
        except Unreachable as error:
            raise LeaseClosed() from error
        except Refused as error:
            if error.is_lost:
                raise LeaseClosed() from error
            raise PortError("InstanceNotCounted", str(error)) from error
