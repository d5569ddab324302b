"""Names that lead out of the data, and how decorated functions are looked through."""

import inspect

# Names that lead out of the data. The first kind counts as a name of builtins only.
GLOBAL_SINKS = frozenset("eval exec compile __import__ open globals breakpoint input help exit quit".split())
SINKS = frozenset(
    "import_module system popen Popen check_call check_output spawn run_module run_path loads load Unpickler remove "
    "unlink rmtree makedirs mkdir urlopen urlretrieve socket connect CDLL LoadLibrary load_library fork execv getoutput "
    "getstatusoutput resolve_name locate attrgetter methodcaller import_optional_dependency load_module exec_module "
    "FunctionType CodeType sympify parse_expr lambdify query".split()
)

# Methods that lead out of the data whatever has them.
METHOD_SINKS = SINKS | frozenset(
    "run save savez savetxt dump dumps write to_csv to_pickle tofile memmap fromfile genfromtxt loadtxt read_csv read_pickle download download_url "
    "load_state_dict_from_url from_pretrained save_pretrained extractall rename copyfile touch write_text write_bytes getenv environ "
    "request hf_hub_download open_url chdir kill open eval apply pipe agg aggregate".split()
)

# Modules that a function which only computes does not name.
MODULE_SINKS = frozenset("requests subprocess shutil tempfile socket urllib http pickle ctypes importlib".split())


def unwrap(member):
    """Returns the function behind decorators, static and class methods."""
    while isinstance(member, (staticmethod, classmethod)):
        member = member.__func__
    try:
        return inspect.unwrap(member) if "__wrapped__" in getattr(member, "__dict__", ()) else member
    except (ValueError, AttributeError, TypeError):  # objects that make up their attributes
        return member
