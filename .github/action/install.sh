#!/usr/bin/env bash
# The first step of action.yml: finds, fetches or builds the modelsieve binary and
# writes its path to the step output "binary". Reads MODELSIEVE_* variables only.
set -euo pipefail
checkout=$(cd "$(dirname "$0")/../.." && pwd)
table=$checkout/.github/release-sha256.txt
bin=${RUNNER_TEMP:?}/modelsieve-bin

# fail MESSAGE... ends the step. The messages hold inputs of the workflow, so the
# characters that a workflow command gives a meaning are escaped.
fail() {
	local text=$*
	text=${text//'%'/%25}
	text=${text//$'\r'/%0D}
	text=${text//$'\n'/%0A}
	echo "::error title=modelsieve::$text"
	exit 2
}

case ${RUNNER_OS:-$(uname -s)} in
Linux) os=linux name=modelsieve ;;
macOS | Darwin) os=darwin name=modelsieve ;;
Windows) os=windows name=modelsieve.exe ;;
*) fail "no modelsieve for the system ${RUNNER_OS:-$(uname -s)}" ;;
esac
case ${RUNNER_ARCH:-$(uname -m)} in
X64 | x86_64 | amd64) arch=amd64 ;;
ARM64 | arm64 | aarch64) arch=arm64 ;;
*) arch=none ;; # there is no archive: auto builds
esac

# listed NAME prints the checksum that the table has for an archive, or nothing.
listed() {
	local sum file
	while read -r sum file; do
		if [ "$file" = "$1" ]; then echo "$sum"; fi
	done <"$table"
}

sha256() {
	if command -v sha256sum >/dev/null; then
		sha256sum
	else
		shasum -a 256
	fi <"$1" | cut -d ' ' -f 1
}

# attested ARCHIVE checks the build attestation as far as "verify" asks for it.
attested() {
	local log
	case $verify in
	off) return ;;
	auto)
		if ! command -v gh >/dev/null || [ -z "${GH_TOKEN:-}" ]; then
			echo "attestation not checked: no gh or no token; the checksum matches"
			return
		fi
		;;
	esac
	if log=$(gh attestation verify "$1" --repo modelsieve/modelsieve 2>&1); then
		echo "attestation checked"
	elif [ "$verify" = require ]; then
		fail "the archive's attestation cannot be verified: $log"
	else
		echo "::warning title=modelsieve::The archive matches its checksum; its attestation could not be verified."
	fi
}

# download ARCHIVE SUM fetches and unpacks; it returns 1 where the archive is out of
# reach, and ends the step where it is not the one that was released.
download() {
	local base=${MODELSIEVE_BASE_URL:-https://github.com/modelsieve/modelsieve/releases/download/v$version}
	case $base in
	https://* | file://*) ;;
	*) fail "base-url must start with https:// or file://" ;;
	esac
	mkdir -p "$bin"
	cd "$bin" # relative names below: tar takes D:\x for a host
	if ! curl --fail --silent --show-error --location --proto '=https,file' --proto-redir '=https' \
		--retry 3 --connect-timeout 20 --max-time 300 --output "$1" -- "${base%/}/$1"; then
		return 1
	fi
	if [ "$(sha256 "$1")" != "$2" ]; then
		rm -f "$1"
		fail "$1 is not the archive that was released: its SHA-256 differs from .github/release-sha256.txt"
	fi
	attested "$1"
	tar -xzf "$1" "$name"
	binary=$bin/$name
}

build() {
	command -v go >/dev/null || fail "$1, and there is no Go to build modelsieve: add actions/setup-go, or see install-mode"
	echo "building modelsieve from the action's checkout: $1"
	mkdir -p "$bin"
	(cd "$checkout" && GOFLAGS=-buildvcs=false GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$bin/$name" ./cmd/modelsieve)
	binary=$bin/$name
}

# automatic takes the release archive where this checkout knows it.
automatic() {
	local archive sum
	version=${MODELSIEVE_VERSION:-$("$checkout/.github/action/version.sh")}
	if [[ ! $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
		fail "version must look like 1.2.3, not $version"
	fi
	archive=modelsieve_${version}_${os}_${arch}.tar.gz
	sum=$(listed "$archive")
	if [ -z "$sum" ]; then
		if [ -n "${MODELSIEVE_VERSION:-}" ]; then
			fail "this checkout of the action has no checksum for $archive"
		fi
		build "no checksum for $archive"
	elif ! download "$archive" "$sum"; then
		if [ -n "${MODELSIEVE_VERSION:-}" ] || [ "$verify" = require ]; then
			fail "$archive cannot be downloaded"
		fi
		build "$archive cannot be downloaded"
	fi
}

verify=${MODELSIEVE_VERIFY:-auto}
case $verify in
auto | require | off) ;;
*) fail "verify must be auto, require or off, not $verify" ;;
esac

case ${MODELSIEVE_INSTALL_MODE:-auto} in
auto) automatic ;;
build) build "install-mode build" ;;
binary)
	binary=${MODELSIEVE_BINARY_PATH:-}
	if [ -f "$binary" ]; then # a bare name must not be looked up on the PATH
		binary=$(cd "$(dirname -- "$binary")" && pwd)/$(basename -- "$binary")
	fi
	;;
none) binary=$(command -v modelsieve) || fail "install-mode none, and there is no modelsieve on the PATH" ;;
*) fail "install-mode must be auto, binary, build or none, not $MODELSIEVE_INSTALL_MODE" ;;
esac
if [ ! -f "$binary" ] || [ ! -x "$binary" ]; then
	fail "no modelsieve binary at $binary"
fi
if [[ $binary == *[$'\r\n']* ]]; then
	fail "the path of the binary has a line break"
fi
"$binary" --version
echo "binary=$binary" >>"$GITHUB_OUTPUT"
