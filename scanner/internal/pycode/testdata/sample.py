"""A module with every kind of import and name that pycode tells apart."""
from __future__ import division

import os
import os.path as p
import xml.dom.minidom
import importlib.util as util, sys as system
from . import sibling
from ..package import thing as other
from subprocess import Popen as start, PIPE
from math import *

OPTIONS = ("alpha", b"beta", frozenset(["gamma"]) if os else None, 1.5, 2j, 1 << 70, ..., -3)


class Model:
    """Docstring."""

    limit = p.getsize

    def run(self, command, *, extra=slice(1, 2)):
        import shutil as files
        from json import loads

        def inner(number=1):
            import socket as net
            import os as o; pid = number, o.getpid(), net.gethostname()
            return files.rmtree(command), loads("{}"), lambda: (pid, net.socket)

        if command in {"one", "two"}:
            return start(command, stdout=PIPE)
        system.modules.get("name", os.system("true"))
        for i in range(3):
            xml.dom.minidom.parseString(extra[1:2])
        return inner, lambda: other.attribute.deep, __builtins__.eval


handler = Model().run
