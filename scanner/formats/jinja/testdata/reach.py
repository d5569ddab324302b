"""Renders templates with the real jinja2: a JSON list of template and name a line in, true or false
a line out: whether the template took an attribute or item of that name of the variable x."""

import json
import sys

from jinja2 import Environment


class Watched:
    """Notes the names that are taken of it, and has nothing."""

    def __init__(self):
        object.__setattr__(self, "taken", set())

    def __getattribute__(self, name):
        object.__getattribute__(self, "taken").add(name)
        raise AttributeError(name)

    def __getitem__(self, key):
        object.__getattribute__(self, "taken").add(key)
        raise KeyError(key)


for line in sys.stdin:
    source, name = json.loads(line)
    x = Watched()
    try:
        Environment().from_string(source).render(x=x, yes=True)
    except Exception as problem:  # what it took before counts
        print(problem, file=sys.stderr)
    print(json.dumps(name in object.__getattribute__(x, "taken")), flush=True)
