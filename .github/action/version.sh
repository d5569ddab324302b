#!/usr/bin/env bash
# Prints the version that this checkout has in its source, such as 1.0.0.
set -euo pipefail
cd "$(dirname "$0")/../.."
sed -n 's/^const version = "\([0-9][0-9.]*\)".*/\1/p' cmd/modelsieve/*.go
