"""The ``systemctl`` and ``service`` of local guests: hand the command line to the guest's init."""

import json
import os
import socket
import sys


def main() -> int:
    """Send the arguments, print the answer, return the exit code."""
    words = sys.argv[1:]
    if os.path.basename(sys.argv[0]) == "service":
        words = [*words[1:2], *words[:1]]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("/run/local-cloud/control.sock")
        with connection.makefile("rw") as stream:
            stream.write(json.dumps(words) + "\n")
            stream.flush()
            code, output = json.loads(stream.readline())
    if output and "-q" not in words and "--quiet" not in words:
        print(output)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
