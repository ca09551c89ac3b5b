"""WSGI module of the API, for uWSGI, gunicorn or mod_wsgi: ``catalog_api.wsgi:application``.

The configuration is read from ``/etc/burano``, or from the files that the environment variable
``BURANO_CONFIG_FILES`` names, separated by colons.
"""

import os

from catalog_api import setting_up

_FILES = os.environ.get("BURANO_CONFIG_FILES", "")

application = setting_up.application(
    setting_up.load([f"--config-file={path}" for path in _FILES.split(":") if path])
)
