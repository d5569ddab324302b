"""Parses templates with the real jinja2: one JSON string a line in, one JSON object a line out.

The object counts what the syntax tree holds, or has the error. Nothing is rendered.
"""

import collections
import json
import sys

import jinja2.ext
from jinja2 import Environment, nodes
from jinja2.ext import Extension


class Generation(Extension):
    """The block by which transformers marks what the model wrote."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


environment = Environment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do", Generation])


def facts(tree):
    count = collections.Counter()
    for node in tree.find_all(nodes.Getattr):
        count["attr " + node.attr] += 1
    for node in tree.find_all(nodes.NSRef):
        count["attr " + node.attr] += 1
    for node in tree.find_all(nodes.Getitem):
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            count["item " + node.arg.value] += 1
    for node in tree.find_all(nodes.Filter):
        count["filter " + node.name] += 1
    for node in tree.find_all(nodes.Test):
        count["test " + node.name] += 1
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load":
            count["name " + node.name] += 1
    count["calls"] = len(list(tree.find_all(nodes.Call)))
    for node in tree.find_all(nodes.CallBlock):
        count["calls"] -= 0
    return {key: value for key, value in count.items() if value}


for line in sys.stdin:
    try:
        answer = {"facts": facts(environment.parse(json.loads(line)))}
    except Exception as problem:  # whatever it is, the template does not load
        answer = {"error": str(problem)}
    print(json.dumps(answer), flush=True)
