"""Parses templates with the real jinja2: one JSON string a line in, one JSON object a line out.

The object counts what the syntax tree holds, or has the error, of an environment that knows
the tags of all extensions. For every fourth template it also says whether two others take it: one
without extensions, and the one of transformers. Nothing is rendered.
"""

import collections
import json
import re
import sys

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    """The block by which transformers marks what the model wrote."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("_generation_support")
        return nodes.CallBlock(call, [], [], body).set_lineno(line)


LOOPS, DO, DEBUG, TRANSLATIONS = (f"jinja2.ext.{name}" for name in ("loopcontrols", "do", "debug", "i18n"))
WIDE = Environment(extensions=[Generation, LOOPS, DO, DEBUG, TRANSLATIONS])
TRANSFORMERS = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, LOOPS])
PLAIN = Environment()
SURROGATE = re.compile(r"\\ud[89a-f][0-9a-f]{2}")


def facts(tree):
    count = collections.Counter()
    for node in tree.find_all((nodes.Getattr, nodes.NSRef)):
        count["attr " + node.attr] += 1
    for node in tree.find_all(nodes.Getitem):
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            count["item " + node.arg.value] += 1
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        count[type(node).__name__.lower() + " " + node.name] += 1
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load":
            count["name " + node.name] += 1
    for node in tree.find_all(nodes.Const):
        if isinstance(node.value, str):
            count["text " + node.value] += 1
    for node in tree.find_all(nodes.Call):
        if not isinstance(node.node, nodes.ExtensionAttribute):
            count["calls"] += 1
    return {key: value for key, value in count.items() if value}


def takes(environment, source):
    try:
        environment.parse(source)
    except Exception:  # whatever it is, the template does not load
        return False
    return True


def answer(source):
    try:
        return {"facts": facts(WIDE.parse(source))}
    except TemplateSyntaxError as problem:
        return {"error": problem.message, "line": problem.lineno}
    except Exception as problem:
        return {"error": f"{type(problem).__name__}: {problem}"}


for number, line in enumerate(sys.stdin):
    source = json.loads(line)
    result = answer(source)
    if number % 4 == 0:
        result.update({"asked": True, "plain": takes(PLAIN, source), "transformers": takes(TRANSFORMERS, source)})
    text = json.dumps(result)
    for surrogate in set(SURROGATE.findall(text)):  # what is none in UTF-8
        text = text.replace(surrogate, "\\ufffd")
    print(text, flush=True)
