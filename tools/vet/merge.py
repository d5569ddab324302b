"""Writes the tables of names: python tools/vet/merge.py JSON...

Takes what collect.py saw in several environments, that is in several versions of
a package, and writes one table a package: a sorted paragraph a module. A name is listed for what it is
inert for in every version that has it. What was rejected stands in tools/vet/rejected
with the reason; it needs no row, since a package with a table is known as vetted.
With --check the tables are compared with one environment and nothing is written.
"""

import collections
import gzip
import importlib._bootstrap
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = ROOT / "scanner/internal/picklenames"
REVIEWS = pathlib.Path(__file__).with_name("reviews.txt")
REJECTED = pathlib.Path(__file__).with_name("rejected")
CALLED = NAMES / "data/called_methods.txt"
REEXPORTS = NAMES / "testdata" / "reexports.txt.gz"

MANY = 6  # modules that have an object: more of them only use it

TAKEN = {"I": "items", "A": "attributes", "G": "getters", "C": "calls"}

# What letters grant: capital ones take away.
GRANTS = {"n": {"construct", *TAKEN.values()}, "nd": {"construct", "call", *TAKEN.values()}, "s": {"keep"}, "p": {"unpickle"}, "m": {"load"}, "c": {"name"}, "-": set()}


def go_map(file, name):
    """Returns a map literal of a Go file."""
    text = (NAMES / file).read_text()
    body = text[text.index(f"var {name} = map[string]string{{"):]
    return dict(re.findall(r'"([^"]+)":\s*"([^"]+)"', body[: body.index("\n}")]))


MODULES, MOVED, MOVED_MODULES = go_map("canonical.go", "moduleAliases"), go_map("moved.go", "moved"), go_map("moved.go", "movedModules")


def leading(path, table):
    """Replaces the longest leading part of a path that a table has."""
    at = len(path)
    while at > 0:
        if path[:at] in table:
            return table[path[:at]] + path[at:]
        at = path.rfind(".", 0, at)
    return path


def canonical(path):
    """Returns the path by which modelsieve looks a name up: as in canonical.go."""
    module, _, name = path.rpartition(".")
    path = f"{leading(module, MODULES)}.{name}"
    if path in MOVED:
        return MOVED[path]
    module, _, name = path.rpartition(".")
    return f"{leading(module, MOVED_MODULES)}.{name}"


def grants(letters):
    return GRANTS[letters.rstrip("".join(TAKEN))] - {TAKEN[letter] for letter in letters if letter in TAKEN}


def letters_of(granted):
    """Returns the letters for what is left in all versions."""
    if "construct" in granted:
        return ("nd" if "call" in granted else "n") + "".join(letter for letter, grant in TAKEN.items() if grant not in granted)
    return next((letters for letters in "spmc" if granted & GRANTS[letters]), "-")


def version_key(version):
    return [int(n) for n in re.findall(r"\d+", version)]


# How many versions have to be looked at before a name that none of them has counts as left
# out on purpose. Of packages with fewer, what was rejected is in the table instead.
ENOUGH = 5


class Package:
    """What all environments say of one package."""

    def __init__(self, name):
        self.name, self.versions, self.seen, self.aliases, self.reexports = name, set(), {}, {}, {}
        self.part, self.called = False, set()

    def add(self, found):
        version = found["version"]
        self.part = self.part or found.get("part", False)
        self.versions.add(version)
        self.called |= set(found.get("called", ()))
        for path, (letters, evidence) in found["rows"].items():
            if self.name != "stdlib" and canonical(path).partition(".")[0] != self.name:
                continue  # of another package that it brings with it, which is looked at itself
            self.seen.setdefault(canonical(path), []).append((version, letters, evidence))
        for spelt, path in found["aliases"].items():
            if canonical(spelt) != canonical(path):
                self.aliases.setdefault(canonical(spelt), set()).add(canonical(path))
        for module, names in found["reexports"].items():
            for attribute, target in names.items():
                home, _, leaf = target.rpartition(".")
                if home != "importlib._bootstrap" or hasattr(importlib._bootstrap, leaf):  # else an enumeration of Cython
                    self.reexports[f"{module}.{attribute}"] = target

    def rows(self):
        """Yields the path, letters, evidence and versions of every name."""
        handed_on = {canonical(path) for path in self.reexports}
        for path, seen in sorted(self.seen.items()):
            if path in handed_on:
                continue  # another name of something dangerous
            if self.name not in ("stdlib", path.split(".")[0]):
                continue  # that of another package, which it brings along
            if not path.replace(".", "a").isidentifier():
                continue  # made by a call
            if re.search(r"\.__(?!new__|pyx_)\w+__(\.|$)", path):
                continue  # Python's internals
            granted = set.intersection(*(grants(letters) for _, letters, _ in seen))
            letters = letters_of(granted)
            worst = next((e for _, l, e in seen if l == "-"), None) if letters == "-" else None
            evidence = worst or seen[-1][2]
            yield path, letters, evidence or "differs", sorted({v for v, _, _ in seen}, key=version_key)

    def range(self, versions):
        """Returns the versions that have a name where not all have it: first..last."""
        return "" if len(versions) == len(self.versions) else versions[0] if len(versions) == 1 else f"{versions[0]}..{versions[-1]}"

    def spellings(self, kept):
        """Yields the other names of what is kept. What many modules import for their own use
        has those alone under which a package shows it."""
        single = {spelt: min(paths) for spelt, paths in self.aliases.items() if len(paths) == 1 and spelt not in self.seen and paths & kept}
        count = collections.Counter(single.values())
        for spelt, path in single.items():
            module, home = spelt.rpartition(".")[0], path.rpartition(".")[0]
            if count[path] <= MANY or home.startswith(module + ".") or module.startswith(home + "."):
                yield spelt, path

    def table(self):
        """Returns the lines of the table and those of what was rejected."""
        few = self.part or len(self.versions) < ENOUGH
        head = "# " + " ".join([self.name, "part" if few else "whole", *sorted(self.versions, key=version_key)])
        listed, rejected, kept = [], [], set()
        for path, letters, evidence, versions in self.rows():
            line = " ".join(filter(None, (path, letters, evidence, self.range(versions))))
            if letters != "-":
                listed.append(line)
                kept.add(path)
            elif not evidence.startswith("function") or any(grants(cleared) for _, cleared, _ in self.seen[path]):
                rejected.append(line)  # functions only where some version clears them
                if few and not evidence.startswith("unreadable-"):  # which says nothing of the class
                    listed.append(f"{path} x rejected")
        listed += [f"{spelt} = {path}" for spelt, path in self.spellings(kept)]
        return [head, *listed], [head, *rejected]


def unread(changed):
    """Returns the hooks whose source is not one that was read."""
    pins = dict(line.split()[1:3] for line in REVIEWS.read_text().splitlines() if line.startswith("hook "))
    return sorted(f"{name} {pin}" for name, pin in changed.items() if pin not in pins.get(name, "").split(","))


def read(files):
    """Returns what the environments say of each package. What was seen beside others
    does not count where some environment looked at the package itself."""
    packages, found = {}, []
    for file in files:
        seen = json.loads(pathlib.Path(file).read_text())
        if hooks := unread(seen["changed"]):
            sys.exit(f"{file}: read these hooks, then run tools/vet/pins.py: {', '.join(hooks)}")
        found += seen["packages"].items()
    whole = {name for name, package in found if not package.get("beside")}
    for name, package in found:
        if not (package.get("beside") and name in whole):
            packages.setdefault(name, Package(name)).add(package)
    return packages


def paragraphs(head, *rows):
    """Returns the text of a table: its head, and a paragraph a module with a line a name."""
    modules = collections.defaultdict(list)
    for row in rows:
        path, _, says = row.partition(" ")
        module, _, name = path.rpartition(".")
        modules[module].append(f" {name} {says}")
    return "\n".join([head, *("\n".join(["", module, *sorted(names)]) for module, names in sorted(modules.items()))]) + "\n"


def write(packages):
    for folder in (NAMES / "data", REJECTED):
        for path in folder.glob("*.txt"):
            if path.stem not in packages and path not in (CALLED, NAMES / "data/stdlib_modules.txt"):
                path.unlink()  # no environment has it any more
    REJECTED.mkdir(exist_ok=True)
    modules = set()  # that have listed names, so that another name in them may be mistaken for one
    for name, package in packages.items():
        listed, rejected = package.table()
        modules |= {row.partition(" ")[0].rpartition(".")[0] for row in listed[1:]}
        (NAMES / "data" / f"{name}.txt").write_text(paragraphs(*listed))
        (REJECTED / f"{name}.txt").write_text(paragraphs(*rejected))
        print(f"{name}: {len(listed) - 1} listed, {len(rejected) - 1} rejected, versions {' '.join(sorted(package.versions, key=version_key))}")
    CALLED.write_text("".join(" ".join([name, *sorted(package.called)]) + "\n" for name, package in sorted(packages.items()) if package.called))
    write_reexports({pair for package in packages.values() for pair in package.reexports.items() if pair[0].rpartition(".")[0] in modules})


def write_reexports(pairs):
    """Writes a line a module: its attributes, with what they are where that is called otherwise."""
    modules = collections.defaultdict(list)
    for path, target in sorted(pairs):
        module, _, attribute = path.rpartition(".")
        modules[module].append(attribute if attribute == target else f"{attribute}={target}")
    text = "".join(f"{module} {' '.join(words)}\n" for module, words in sorted(modules.items()))
    REEXPORTS.write_bytes(gzip.compress(text.encode(), mtime=0))


def read_reexports():
    """Returns the paths that write_reexports wrote."""
    lines = (line.split() for line in gzip.decompress(REEXPORTS.read_bytes()).decode().splitlines())
    return {f"{module}.{word.partition('=')[0]}" for module, *words in lines for word in words}


def load(path):
    """Returns the letters of the rows of a table, and its versions."""
    head, *modules = path.read_text().rstrip("\n").split("\n\n") if path.exists() else ["#"]
    rows = {}
    for module, *names in (text.split("\n ") for text in modules):
        rows |= {f"{module}.{name}": letters for name, letters, *_ in map(str.split, names)}
    return {path: letters for path, letters in rows.items() if letters not in ("=", "x")}, head.split()[3:]


def check(packages):
    """Compares what one environment says with the tables; returns what differs."""
    wrong = []
    handed_on = {canonical(path) for path in read_reexports()}
    for name, package in packages.items():
        listed, versions = load(NAMES / "data" / f"{name}.txt")
        rejected, _ = load(REJECTED / f"{name}.txt")
        if missing := package.versions - set(versions):
            print(f"{name}: {' '.join(missing)} is not vetted, so it is not compared")
            continue
        count = 0
        for path, letters, evidence, _ in package.rows():
            allowed, now = grants(listed.get(path, "-")), grants(letters)
            count += bool(allowed)
            if allowed - now:
                wrong.append(f"{path} is listed as {listed[path]}, but it is {letters}: {evidence}")
            elif now and path not in listed and path not in rejected and path not in handed_on:
                wrong.append(f"{path} is {letters}, but not in the table")
        print(f"{name} {' '.join(package.versions)}: {count} listed names agree")
    return wrong


def main():
    arguments = [a for a in sys.argv[1:] if a != "--check"]
    if not arguments:
        sys.exit("no environment is given")
    if "--check" not in sys.argv:
        return write(read(arguments))
    wrong = check(read(arguments))
    print("\n".join(wrong[:100]))
    if wrong:
        sys.exit(f"{len(wrong)} names differ: read them, then run tools/vet/run and commit the tables")


if __name__ == "__main__":
    main()
