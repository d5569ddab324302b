"""What the rule needs of a Python before 3.8: constants as one kind of node, and audit events."""

import ast
import builtins
import os
import shutil
import socket
import subprocess

WRITERS = "remove unlink rename replace mkdir rmdir link symlink truncate chmod".split()
SPAWNERS = "system execv execve fork forkpty posix_spawn spawnv spawnve".split()
TREES = "rmtree copyfile copy move copytree".split()
KINDS = {"Num": "n", "Str": "s", "Bytes": "s", "NameConstant": "value"}


class Constants(ast.NodeTransformer):
    """Turns the nodes of numbers, texts and the like into those of constants, as newer parsers give them."""

    def visit(self, node):
        field = KINDS.get(type(node).__name__)
        if field is None and type(node).__name__ != "Ellipsis":
            return self.generic_visit(node)
        value = getattr(node, field) if field else ...
        return ast.copy_location(ast.Constant(value=value), node)


def constants(tree):
    """Returns a tree with the nodes that newer parsers give."""
    return tree if type(ast.parse("0").body[0].value) is ast.Constant else Constants().visit(tree)


def told(function, event, hook):
    """Returns a function that reports its call to a hook first."""

    def call(*arguments, **options):
        hook(event, arguments)
        return function(*arguments, **options)

    return call


class TellingPopen(subprocess.Popen):
    """A process that is reported; what packages derive from it is, too."""

    hook = None

    def __init__(self, *arguments, **options):
        TellingPopen.hook("subprocess.Popen", arguments)
        super().__init__(*arguments, **options)


def addaudithook(hook):
    """Reports what Python code opens, writes, connects and starts by the functions of the standard library.
    What compiled code does by itself is not seen, as it is by the interpreter's own events since 3.8."""
    builtins.open = opened(builtins.open, hook)
    os.open = told(os.open, "open", lambda event, arguments: hook(event, (arguments[0], None, arguments[1])))
    for module, names, prefix in ((os, WRITERS + SPAWNERS, "os."), (shutil, TREES, "shutil.")):
        for name in names:
            if hasattr(module, name):
                setattr(module, name, told(getattr(module, name), EVENTS.get(name, prefix + name), hook))
    for name in ("connect", "bind"):
        setattr(socket.socket, name, told(getattr(socket.socket, name), "socket." + name, hook))
    TellingPopen.hook = staticmethod(hook)
    subprocess.Popen = TellingPopen


# The events of functions that are not called like them.
EVENTS = {"unlink": "os.remove", "replace": "os.rename", "execv": "os.exec", "execve": "os.exec", "spawnv": "os.spawn", "spawnve": "os.spawn"}


def opened(function, hook):
    """Returns open, which reports the flags that its mode stands for."""

    def call(file, mode="r", *arguments, **options):
        flags = os.O_WRONLY if set(mode) & set("wax+") else os.O_RDONLY
        hook("open", (file, mode, flags))
        return function(file, mode, *arguments, **options)

    return call
