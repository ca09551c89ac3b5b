"""Reading a package archive from an untrusted source: every member is checked before any use."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from lzma import LZMAError

_CHUNK = 1 << 16
_MIB = 1 << 20


class ArchiveError(ValueError):
    """A package archive is refused; the message says why and names the member."""


class NotAnArchive(ArchiveError):
    """The bytes are no readable ZIP archive."""


class DamagedMember(ArchiveError):
    """A member cannot be unpacked: wrong checksum, cut off, or packed in an unknown way."""


class UnsafeMember(ArchiveError):
    """A member would lead outside its folder, is a link or a device, or has an unusable name."""


class DuplicateMember(ArchiveError):
    """Two members claim the same place."""


class EncryptedMember(ArchiveError):
    """A member is protected by a password."""


class ArchiveTooLarge(ArchiveError):
    """The archive, a member or their sum exceeds a limit: too big, too many, too well packed."""


class MissingMember(ArchiveError):
    """The archive has no file of that name."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold. Sizes are in bytes, unpacked unless said otherwise."""

    archive: int = 64 * _MIB
    members: int = 5000
    member: int = 64 * _MIB
    total: int = 256 * _MIB
    #: Unpacked bytes for one packed byte; tested only beyond ``ratio_from``, since small texts
    #: of one repeated line are harmless and pack better than that.
    ratio: int = 200
    ratio_from: int = _MIB
    name: int = 1024
    depth: int = 32


DEFAULT_LIMITS = Limits()


class PackageArchive:
    """A package archive whose members are all known to be safe to unpack.

    :param body: the ZIP archive.
    :raises ArchiveError: a subclass that names what is wrong. Nothing has been unpacked then.
    """

    def __init__(self, body: bytes, limits: Limits = DEFAULT_LIMITS) -> None:
        if len(body) > limits.archive:
            raise ArchiveTooLarge(
                f"The archive has {len(body)} bytes; at most {limits.archive} are allowed"
            )
        self.digest = hashlib.sha256(body).hexdigest()
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
            raise NotAnArchive("The file is no readable ZIP archive") from error
        self._files = _checked(self._zip.infolist(), len(body), limits)

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of all files, in the archive's order."""
        return tuple(self._files)

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def size(self, name: str) -> int:
        """The unpacked size of a file.

        :raises MissingMember: no such file.
        """
        return self._info(name).file_size

    def read(self, name: str) -> bytes:
        """Unpack one file.

        :raises MissingMember: no such file.
        :raises DamagedMember: it cannot be unpacked.
        """
        info = self._info(name)
        content = bytearray()
        try:
            with self._zip.open(info) as source:
                while chunk := source.read(_CHUNK):
                    content += chunk
                    # The declared size is a claim; the limit is on what really comes out.
                    if len(content) > self._limits.member:
                        raise ArchiveTooLarge(f"{name!r} unpacks to more than it declares")
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError,
                ValueError, zlib.error, LZMAError) as error:  # fmt: skip
            if isinstance(error, ArchiveError):
                raise
            raise DamagedMember(f"{name!r} cannot be unpacked: the archive is damaged") from error
        return bytes(content)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Unpack all files, one after the other.

        :raises DamagedMember: one cannot be unpacked.
        """
        for name in self._files:
            yield name, self.read(name)

    def _info(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._files[name]
        except KeyError:
            raise MissingMember(f"The archive has no file {name!r}") from None


def _checked(
    members: list[zipfile.ZipInfo], archive_size: int, limits: Limits
) -> dict[str, zipfile.ZipInfo]:
    if len(members) > limits.members:
        raise ArchiveTooLarge(
            f"The archive has {len(members)} members; at most {limits.members} are allowed"
        )
    files: dict[str, zipfile.ZipInfo] = {}
    folders: set[str] = set()
    for member in members:
        path = _safe_path(member, limits)
        _check_kind(member)
        if member.is_dir():
            folders.add(path)
            continue
        if path in files:
            raise DuplicateMember(f"The archive holds {path!r} twice")
        files[path] = member
        parts = path.split("/")
        folders.update("/".join(parts[:count]) for count in range(1, len(parts)))
    if clash := folders & files.keys():
        raise DuplicateMember(f"{min(clash)!r} is both a file and a folder")
    _check_sizes(files, archive_size, limits)
    return files


def _safe_path(member: zipfile.ZipInfo, limits: Limits) -> str:
    # zipfile itself ends a name at NUL, which would hide what follows from us.
    name = member.orig_filename
    shown = repr(name[:120])
    if len(name) > limits.name:
        raise UnsafeMember(f"A member's name has {len(name)} characters: {shown}…")
    if not name.isprintable() or "\\" in name or name.startswith("/") or name[1:2] == ":":
        raise UnsafeMember(f"{shown} is not a plain relative path with slashes")
    path = name.removesuffix("/") if member.is_dir() else name
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise UnsafeMember(f"{shown} has an empty, '.' or '..' part")
    if len(parts) > limits.depth:
        raise UnsafeMember(f"{shown} lies more than {limits.depth} folders deep")
    return path


def _check_kind(member: zipfile.ZipInfo) -> None:
    shown = repr(member.filename[:120])
    if member.flag_bits & 0x2041:  # encrypted, strongly encrypted, masked headers
        raise EncryptedMember(f"{shown} is encrypted; packages are stored unprotected")
    kind = stat.S_IFMT(member.external_attr >> 16)
    expected = stat.S_IFDIR if member.is_dir() else stat.S_IFREG
    # Archives made on systems without such modes have none.
    if kind not in (0, expected):
        raise UnsafeMember(f"{shown} is a link or a special file; only plain files are allowed")


def _check_sizes(files: dict[str, zipfile.ZipInfo], archive_size: int, limits: Limits) -> None:
    total = packed = 0
    for name, member in files.items():
        if member.file_size > limits.member:
            raise ArchiveTooLarge(
                f"{name!r} unpacks to {member.file_size} bytes; at most {limits.member} are allowed"
            )
        if (
            member.file_size > limits.ratio_from
            and member.file_size > limits.ratio * max(member.compress_size, 1)
        ):  # fmt: skip
            raise ArchiveTooLarge(
                f"{name!r} unpacks to more than {limits.ratio} times its packed size"
            )
        total += member.file_size
        packed += member.compress_size
    if total > limits.total:
        raise ArchiveTooLarge(
            f"The archive unpacks to {total} bytes; at most {limits.total} are allowed"
        )
    if total > limits.ratio_from and total > limits.ratio * archive_size:
        raise ArchiveTooLarge(f"The archive unpacks to more than {limits.ratio} times its size")
    if packed > archive_size:
        # Members that share their packed bytes unpack to far more than their sizes suggest.
        raise UnsafeMember("The archive's members overlap")
