#!/usr/bin/env bash
# The last step of action.yml: sends the SARIF report to code scanning. It warns and
# succeeds where that does not work, since the verdict is the scan's. The fingerprints
# that GitHub wants are in the report already, so nothing needs to read the models again.
set -euo pipefail

if ! command -v gh >/dev/null; then
	echo "::warning title=modelsieve::The SARIF report was not uploaded: there is no gh on this runner."
	exit 0
fi
export GH_HOST=${GITHUB_SERVER_URL#*://} GH_ENTERPRISE_TOKEN=${GH_TOKEN:-}
if gzip -c "$MODELSIEVE_SARIF" | base64 | tr -d '\r\n' |
	gh api --silent --method POST "repos/$GITHUB_REPOSITORY/code-scanning/sarifs" \
		--raw-field commit_sha="$GITHUB_SHA" --raw-field ref="$GITHUB_REF" --raw-field tool_name=modelsieve --field sarif=@-; then
	echo "SARIF report uploaded"
else
	echo "::warning title=modelsieve::The SARIF report was not uploaded. It needs code scanning to be on," \
		"and the permission security-events: write, which pull requests from forks do not have."
fi
