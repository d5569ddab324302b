"""Runs a composite action as strictly as its documentation allows: runner.py ACTION KEY=VALUE...

A second opinion beside act: steps get the environment that GitHub documents and no
INPUT_* variables, an expression that is not known here is an error, and so are an
undeclared input and a workflow command file that does not parse. Prints the action's
outputs as JSON and ends with 1 where the action fails. Needs PyYAML, and in the
environment RUNNER_TEMP, GITHUB_WORKSPACE and what else the event brings.
"""

import json
import os
import pathlib
import re
import secrets
import subprocess
import sys

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


class Run:
    def __init__(self, action: pathlib.Path, given: dict[str, str]):
        self.path = action
        self.definition = yaml.safe_load((action / "action.yml").read_text())
        declared = self.definition["inputs"]
        if unknown := given.keys() - declared.keys():
            raise SystemExit(f"undeclared inputs: {sorted(unknown)}")
        self.inputs = {name: given.get(name, str(spec.get("default", ""))) for name, spec in declared.items()}
        self.outputs: dict[str, dict[str, str]] = {}
        self.failed = False

    def value(self, term: str):
        """Evaluates one operand of an expression."""
        if match := re.fullmatch(r"inputs\.([\w-]+)", term):
            return self.inputs[match[1]]
        if match := re.fullmatch(r"steps\.([\w-]+)\.outputs\.([\w-]+)", term):
            return self.outputs.get(match[1], {}).get(match[2], "")
        if match := re.fullmatch(r"'([^']*)'", term):
            return match[1]
        known = {"github.token": "", "!cancelled()": True}
        if term not in known:
            raise SystemExit(f"expression not known here: {term}")
        return known[term]

    def expression(self, text: str):
        """Evaluates comparisons joined by && or ||, which do not nest."""
        for operator, stop in (("&&", False), ("||", True)):
            if f" {operator} " in text:
                result = None
                for part in text.split(f" {operator} "):
                    result = self.expression(part)
                    if bool(result) == stop:
                        break
                return result
        if match := re.fullmatch(r"(\S+) (==|!=) (\S+)", text):
            return (self.value(match[1]) == self.value(match[3])) == (match[2] == "==")
        return self.value(text)

    def text(self, template) -> str:
        return EXPRESSION.sub(lambda match: str(self.expression(match[1])), str(template))

    def step(self, step: dict) -> None:
        if step["shell"] != "bash" or "${{" in step["run"]:
            raise SystemExit(f"{step['name']}: want bash, and no expression in run")
        condition = step.get("if", "success()")
        wanted = not self.failed if condition == "success()" else self.expression(EXPRESSION.fullmatch(condition)[1])
        if not wanted:
            return
        files = {}
        for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"):
            files[name] = pathlib.Path(os.environ["RUNNER_TEMP"]) / f"{name}-{secrets.token_hex(8)}"
            files[name].touch()
        env = {k: v for k, v in os.environ.items() if not k.startswith(("INPUT_", "MODELSIEVE_"))}
        env |= {"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_ACTION_PATH": str(self.path)}
        env |= {name: str(path) for name, path in files.items()}
        env |= {name: self.text(value) for name, value in step.get("env", {}).items()}
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        code = subprocess.run(command, env=env, cwd=os.environ["GITHUB_WORKSPACE"]).returncode
        if "id" in step:
            self.outputs[step["id"]] = parse(files["GITHUB_OUTPUT"].read_text())
        if any(files[name].read_text() for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")):
            raise SystemExit(f"{step['name']} changes the environment of later steps")
        if code != 0 and not step.get("continue-on-error"):
            self.failed = True

    def all(self) -> dict[str, str]:
        for step in self.definition["runs"]["steps"]:
            self.step(step)
        return {name: self.text(spec["value"]) for name, spec in self.definition["outputs"].items()}


def parse(text: str) -> dict[str, str]:
    """Reads a GITHUB_OUTPUT file."""
    outputs, lines = {}, iter(text.splitlines())
    for line in lines:
        if match := re.fullmatch(r"([\w-]+)<<(.+)", line):
            value = []
            for line in lines:
                if line == match[2]:
                    break
                value.append(line)
            else:
                raise SystemExit(f"output {match[1]} does not end")
            outputs[match[1]] = "\n".join(value)
        elif match := re.fullmatch(r"([\w-]+)=(.*)", line):
            outputs[match[1]] = match[2]
        elif line:
            raise SystemExit(f"not an output: {line!r}")
    return outputs


def main() -> None:
    run = Run(pathlib.Path(sys.argv[1]).resolve(), dict(argument.split("=", 1) for argument in sys.argv[2:]))
    outputs = run.all()
    print(json.dumps(outputs, indent=1))
    sys.exit(1 if run.failed else 0)


if __name__ == "__main__":
    main()
