"""ZIP archives of any members, however strange."""

import io
import warnings
import zipfile


def zipped(*members, compression=zipfile.ZIP_DEFLATED):
    """A ZIP archive of (name or ZipInfo, content) pairs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for name, content in members:
            file.writestr(name, content)
    return buffer.getvalue()


def member(name, mode):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info
