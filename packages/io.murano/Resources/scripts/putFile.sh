#!/bin/sh
# Moves the file that came with the plan to the path given as the first argument.
set -eu
mkdir -p "$(dirname "$1")"
mv "$(readlink -f destinationFile)" "$1"
