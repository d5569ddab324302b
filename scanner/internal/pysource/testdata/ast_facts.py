"""Prints, for Python files, what CPython's own parser says they import and call: a line
of JSON for each file that it parses."""
import ast
import json
import os
import sys
import sysconfig
import warnings

warnings.simplefilter("ignore")


def dotted(node):
    """The name that a callee is written as, or None."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


class WithoutFields(ast.NodeTransformer):
    """Leaves out what stands in f-strings."""

    def visit_JoinedStr(self, node):
        return ast.copy_location(ast.Constant(""), node)


def facts(tree):
    imports, calls = set(), []
    if sys.version_info < (3, 9):  # it has wrong lines for what stands in a text that is continued
        tree = WithoutFields().visit(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= {(a.name, "", a.asname or "") for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            imports |= {("." * node.level + (node.module or ""), a.name, a.asname or "") for a in node.names}
        elif isinstance(node, ast.Call):
            calls.append([node.lineno, dotted(node.func) or ""])
    return sorted(imports), sorted(calls)


def files(root):
    for folder, folders, names in os.walk(root):
        folders.sort()
        if "site-packages" in folders:
            folders.remove("site-packages")
        for name in sorted(names):
            if name.endswith(".py"):
                yield os.path.join(folder, name)


def sources(every):
    """Files of the standard library that are Python: each path, and what is in it."""
    for i, path in enumerate(files(sysconfig.get_paths()["stdlib"])):
        if i % every:
            continue
        with open(path, "rb") as f:
            source = f.read()
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        yield path, source


if __name__ == "__main__":
    for path, source in sources(int(sys.argv[1])):
        imports, calls = facts(ast.parse(source))
        print(json.dumps({"path": path, "imports": imports, "calls": calls}))
