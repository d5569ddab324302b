"""Fails where the SARIF validator's log holds an error or a warning.

Usage: validation.py LOG VALIDATION, both SARIF files.
"""

import json
import sys


def main() -> int:
    log, validation = (json.load(open(name, encoding="utf-8-sig")) for name in sys.argv[1:])
    results = sum(len(run["results"]) for run in log["runs"])
    complaints = [r for run in validation["runs"] for r in run.get("results", []) if r.get("level", "warning") in ("error", "warning")]
    for r in complaints:
        place = r["locations"][0]["physicalLocation"].get("region", {})
        print(f"line {place.get('startLine')}: {r['ruleId']}: {json.dumps(r['message'])}")
    notes = [n for run in validation["runs"] for i in run.get("invocations", []) for n in i.get("toolExecutionNotifications", [])]
    for n in notes:
        print(json.dumps(n))
    print(f"{results} results, {len(complaints)} errors and warnings")
    return 0 if results and not complaints and not any(n.get("level") == "error" for n in notes) else 1


sys.exit(main())
