"""Compares whole scanner processes side by side: python3 bench/compare.py [--runs N] [--work FOLDER]

Builds modelsieve from this checkout, installs the other scanners and makes the
inputs in a folder outside the tree, then runs every scanner on every input, in turn,
so that a busy machine is busy for all of them. See README.md.
"""

import argparse
import dataclasses
import hashlib
import os
import pathlib
import platform
import signal
import statistics
import subprocess
import sys
import time
import venv

HERE = pathlib.Path(__file__).resolve().parent
INPUTS = {  # file, and what it stands for
    "tiny.pkl": "start-up: a pickle of a few bytes",
    "dense.pkl": "dense pickle, 20 MB",
    "big.pt": "torch zip with a storage of 2 GB",
    "big.safetensors": "safetensors, 70 GB",
    "big.gguf": "GGUF, 40 GB",
    "raw.joblib": "joblib, 200 MB of arrays",
    "compressed.joblib": "joblib behind zlib, 40 MB of arrays",
}


@dataclasses.dataclass
class Result:
    seconds: float
    rss: int  # bytes, the peak
    code: int | None  # None: stopped by the time limit

    @property
    def verdict(self) -> str:
        return "time limit" if self.code is None else f"exit {self.code}"


def prepare(work: pathlib.Path) -> dict[str, list[str]]:
    """Returns a command for each scanner; the file's name is appended."""
    requirements = (HERE / "requirements.txt").read_bytes()
    env = work / ("venv-" + hashlib.sha256(requirements + sys.version.encode()).hexdigest()[:12])
    bin_ = env / "bin"
    if not (env / "complete").exists():
        venv.create(env, with_pip=True, clear=True)
        subprocess.run([bin_ / "pip", "install", "--quiet", "--requirement", HERE / "requirements.txt"], check=True)
        (env / "complete").touch()
    inputs = work / "inputs"
    if not all((inputs / name).exists() for name in INPUTS):
        subprocess.run([bin_ / "python", HERE / "inputs.py", inputs], check=True)
    own = work / "modelsieve"
    build = ["go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", own, "./cmd/modelsieve"]
    subprocess.run(build, cwd=HERE.parent, check=True, env=os.environ | {"CGO_ENABLED": "0"})
    return {
        "modelsieve": [str(own), "scan"],
        "picklescan": [str(bin_ / "picklescan"), "--path"],
        "modelscan": [str(bin_ / "modelscan"), "scan", "--path"],
        "fickling": [str(bin_ / "fickling"), "--check-safety", "--json-output", os.devnull],
    }


def run(command: list[str], limit: float) -> Result:
    """Runs one process from its start to its end."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stopped = False
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        seconds = time.monotonic() - start
        if pid:
            break
        if seconds > limit and not stopped:
            process.send_signal(signal.SIGKILL)
            stopped = True
        time.sleep(0.0005)
    process.returncode = os.waitstatus_to_exitcode(status)
    rss = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Result(seconds, rss, None if stopped else process.returncode)


def measure(commands: dict[str, list[str]], file: pathlib.Path, runs: int, limit: float) -> dict[str, list[Result]]:
    results: dict[str, list[Result]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            if not any(r.code is None for r in results[name]):  # once over the limit is enough
                results[name].append(run([*command, str(file)], limit))
    return results


def table(results: dict[str, list[Result]]) -> list[str]:
    lines = ["| scanner | time, median | fastest | peak memory | ended with |", "|---|---:|---:|---:|---|"]
    for name, all_ in results.items():
        times = [r.seconds for r in all_]
        ended = ", ".join(sorted({r.verdict for r in all_}))
        peak = max(r.rss for r in all_)
        lines.append(f"| {name} | {statistics.median(times):.3f} s | {min(times):.3f} s | {peak / 1e6:.0f} MB | {ended} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=float, default=300, help="seconds for one process")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path.home() / ".cache" / "modelsieve-bench")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    commands = prepare(arguments.work.resolve())
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}, {arguments.runs} runs each")
    for name, what in INPUTS.items():
        results = measure(commands, arguments.work / "inputs" / name, arguments.runs, arguments.limit)
        print(f"\n### {what} (`{name}`)\n", *table(results), sep="\n", flush=True)


if __name__ == "__main__":
    main()
