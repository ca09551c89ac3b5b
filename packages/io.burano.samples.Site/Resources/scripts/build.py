#!/usr/bin/env python3
"""Builds the site on the guest, and has it served. Its argument is a JSON object."""

import html
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request

PAGES = "/srv/site"
STATE = "/var/lib/site"
SERVER = "/opt/site/server.py"
UNIT = "/etc/systemd/system/site.service"
UNIT_TEXT = """[Unit]
Description=A small web site
After=network.target

[Service]
ExecStart=/usr/bin/env python3 {server} {port} {pages}
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
"""
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.2rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1rem; }}
h1 {{ line-height: 1.2; }}
footer {{ margin-top: 4rem; font-size: .8rem; opacity: .7; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{text}</p>
<footer>Build {runs} of this site.</footer>
</body>
</html>
"""
STEPS = ("collecting texts", "laying out", "checking links", "publishing")


def write(path, text):
    """Replace a file so that readers see the old or the new one, also after a crash."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def read(path):
    """Content of a file, empty when there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def count_run():
    """Note durably, before anything else, that this script runs; returns how often it has."""
    os.makedirs(STATE, exist_ok=True)
    path = os.path.join(STATE, "runs")
    with open(path, "a", encoding="utf-8") as file:
        file.write(time.strftime("%Y-%m-%dT%H:%M:%SZ\n", time.gmtime()))
        file.flush()
        os.fsync(file.fileno())
    return len(read(path).splitlines())


def build(settings, runs):
    """Write the site's files."""
    for step in STEPS:
        print(step, flush=True)
        write(os.path.join(PAGES, "progress.json"), json.dumps({"runs": runs, "step": step}))
        time.sleep(settings["seconds"] / len(STEPS))
    text = {name: html.escape(settings[name]) for name in ("title", "text")}
    write(os.path.join(PAGES, "index.html"), PAGE.format(runs=runs, **text))
    status = {"title": settings["title"], "text": settings["text"], "runs": runs}
    write(os.path.join(PAGES, "status.json"), json.dumps(status))


def serve(port):
    """Install the web server as a unit and wait until it answers."""
    os.makedirs(os.path.dirname(SERVER), exist_ok=True)
    shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), "server.py"), SERVER)
    unit = UNIT_TEXT.format(server=SERVER, port=port, pages=PAGES)
    if read(UNIT) != unit:
        write(UNIT, unit)
        subprocess.run(["systemctl", "daemon-reload"], check=True)
        subprocess.run(["systemctl", "enable", "site.service"], check=True)
        subprocess.run(["systemctl", "restart", "site.service"], check=True)
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/status.json", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def main():
    """Build and serve; the last line printed is what was built."""
    settings = json.loads(sys.argv[1])
    runs = count_run()
    build(settings, runs)
    print(json.dumps(serve(settings["port"])))


if __name__ == "__main__":
    main()
