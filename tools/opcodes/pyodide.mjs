#!/usr/bin/env node
// A CPython for releases that are not installed: the one in npm's pyodide package.
//
//     npm install --prefix DIR pyodide@314.0.7        # CPython 3.14
//     NODE_PYODIDE=DIR ./pyodide.mjs SCRIPT ARGUMENT...
//
// It runs SCRIPT as python would, with the whole file system in reach.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { readdirSync, readFileSync, statSync } from "node:fs";

const entry = resolve(process.env.NODE_PYODIDE, "node_modules/pyodide/pyodide.mjs");
const { loadPyodide } = await import(pathToFileURL(entry));
const python = await loadPyodide({ args: [], stdout: (line) => console.log(line) });
const mounted = ["lib", "home", "proc", "dev"]; // pyodide has its own
for (const name of readdirSync("/")) {
	if (mounted.includes(name) || !statSync("/" + name).isDirectory()) continue;
	python.FS.mkdirTree("/" + name);
	python.FS.mount(python.FS.filesystems.NODEFS, { root: "/" + name }, "/" + name);
}
const [script, ...args] = process.argv.slice(2);
python.globals.set("argv", python.toPy([script, ...args]));
python.globals.set("source", readFileSync(script, "utf8"));
python.runPython(`
import sys
sys.argv = list(argv)
exec(compile(source, argv[0], "exec"), {"__name__": "__main__"})
sys.stdout.flush()
`);
