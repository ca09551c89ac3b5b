"""Archives by digest: kept as long as a package, a deployment or an open task names them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from catalog_api.db.models import Archive


def body(session: Session, digest: str) -> bytes | None:
    """The bytes of an archive, or None."""
    found = session.get(Archive, digest)
    return None if found is None else found.body
