#!/usr/bin/env bash
# Builds the release archives into a folder, and their checksums into
# FOLDER/sha256.txt. The same source gives the same bytes on every Linux machine: no
# cgo, no paths, no version-control stamp, one Go version, no clock.
#
#   .github/release.sh FOLDER
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."

GOTOOLCHAIN=go$(cat .github/go-version)
export GOTOOLCHAIN CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOAMD64=v1 GOARM64=v8.0
version=$(.github/action/version.sh)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp LICENSE README.md "$stage"

for platform in {linux,darwin,windows}_{amd64,arm64}; do
	os=${platform%_*}
	name=modelsieve
	if [ "$os" = windows ]; then name=modelsieve.exe; fi
	GOOS=$os GOARCH=${platform#*_} go build -trimpath -ldflags="-s -w" -o "$stage/$name" ./cmd/modelsieve
	chmod 755 "$stage/$name"
	tar --create --format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=go-w \
		--directory "$stage" LICENSE README.md "$name" |
		gzip -9n >"$out/modelsieve_${version}_${platform}.tar.gz"
	rm "$stage/$name"
done
cd "$out"
sha256sum modelsieve_*.tar.gz >sha256.txt
