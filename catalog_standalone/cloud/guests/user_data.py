"""User data: what cloud-init would do with it, as a plan that a guest's init follows."""

from __future__ import annotations

import base64
import binascii
import email
import gzip
import io
import zlib
from email.message import Message
from typing import Any

import yaml

MAX_BYTES = 16 * 1024 * 1024
PER_INSTANCE_KEYS = ("write_files", "runcmd")
KNOWN = {"hostname", "fqdn", "write_files", "runcmd", "bootcmd", "packages", "preserve_hostname",
         "manage_etc_hosts", "package_update", "package_upgrade", "yum_repos", "final_message",
         "timezone", "locale"}  # fmt: skip


def _inflate(data: bytes, notes: list[str]) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            plain = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        notes.append(f"user data is not valid gzip: {error}")
        return b""
    if len(plain) > MAX_BYTES:
        notes.append(f"user data grows beyond {MAX_BYTES} bytes and is ignored")
        return b""
    return plain


def plan(user_data: bytes, hostname: str) -> dict[str, Any]:
    """The boot plan: hostname, files, commands, scripts, and notes for the console."""
    found: dict[str, Any] = {
        "hostname": hostname, "write_files": [], "bootcmd": [], "runcmd": [], "scripts": [],
        "boothooks": [], "notes": [],
    }  # fmt: skip
    data = _inflate(user_data, found["notes"])
    head = data.lstrip()[:200].lower()
    if head.startswith((b"content-type:", b"mime-version:", b"from ")):
        message = email.message_from_bytes(data.lstrip())
        for part in message.walk():
            if not part.is_multipart():
                _part(part, found)
    elif data.strip():
        _content(data, "text/plain", "user-data", found)
    return found


def _part(part: Message, found: dict[str, Any]) -> None:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        content = _inflate(payload, found["notes"])
        _content(content, part.get_content_type(), part.get_filename() or "part", found)


def _content(data: bytes, kind: str, name: str, found: dict[str, Any]) -> None:
    text = data.decode("utf-8", "replace")
    start = text.lstrip()
    if kind == "text/cloud-config" or start.startswith("#cloud-config"):
        _cloud_config(text, found)
    elif kind == "text/cloud-boothook" or start.startswith("#cloud-boothook"):
        found["boothooks"].append(start.removeprefix("#cloud-boothook").lstrip())
    elif kind == "text/x-shellscript" or start.startswith("#!"):
        found["scripts"].append({"name": name, "text": start})
    else:
        found["notes"].append(f"user data part {name} ({kind}) is of no known kind and ignored")


def _cloud_config(text: str, found: dict[str, Any]) -> None:
    try:
        config = yaml.safe_load(text) or {}
    except (yaml.YAMLError, RecursionError) as error:
        found["notes"].append(f"cloud-config is not YAML: {error}")
        return
    if not isinstance(config, dict):
        found["notes"].append("cloud-config is not a mapping and ignored")
        return
    hostname = config.get("hostname") or config.get("fqdn")
    if hostname:
        found["hostname"] = str(hostname).split(".")[0]
    for entry in config.get("write_files") or []:
        if isinstance(entry, dict) and entry.get("path"):
            found["write_files"].append(_file(entry, found["notes"]))
    for key in ("bootcmd", "runcmd"):
        found[key] += [c for c in config.get(key) or [] if isinstance(c, str | list)]
    if packages := config.get("packages"):
        found["notes"].append(f"packages are not installed in a local guest: {packages}")
    unknown = sorted(set(map(str, config)) - KNOWN)
    if unknown:
        found["notes"].append(f"cloud-config keys without effect here: {', '.join(unknown)}")


def _file(entry: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    content = entry.get("content") or ""
    data = content if isinstance(content, bytes) else str(content).encode()
    encoding = str(entry.get("encoding") or "").lower()
    if "b64" in encoding or "base64" in encoding:
        try:
            data = base64.b64decode(data)
        except (binascii.Error, ValueError) as error:
            notes.append(f"write_files {entry['path']}: not base64: {error}")
            data = b""
    if "gz" in encoding:
        data = _inflate(data, notes)
    return {
        "path": str(entry["path"]), "content": base64.b64encode(data).decode(),
        "permissions": str(entry.get("permissions") or "0644"),
        "append": bool(entry.get("append")),
    }  # fmt: skip
