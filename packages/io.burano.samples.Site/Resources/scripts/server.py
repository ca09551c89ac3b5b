#!/usr/bin/env python3
"""Serves a folder over HTTP: server.py PORT FOLDER."""

import functools
import http.server
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files as they are now; nothing is kept in caches."""

    def end_headers(self):
        """Add the headers that every answer has."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def list_directory(self, path):
        """No listings."""
        self.send_error(404)


def main():
    """Serve until the unit is stopped."""
    handler = functools.partial(Handler, directory=sys.argv[2])
    http.server.ThreadingHTTPServer(("", int(sys.argv[1])), handler).serve_forever()


if __name__ == "__main__":
    main()
