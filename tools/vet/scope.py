"""What is looked at in packages, and what never is."""

import re

from rule import NAMES

STDLIB = frozenset((NAMES / "data" / "stdlib_modules.txt").read_text().split()) | {"builtins"}
STDLIB_ROOTS = (
    "argparse array ast builtins calendar cmath collections collections.abc copy dataclasses datetime decimal difflib email.header enum "
    "fractions functools graphlib heapq html http.cookies ipaddress itertools json logging math numbers operator pathlib "
    "queue random re signal socket statistics string struct textwrap time types typing unicodedata urllib.parse uuid "
    "weakref zoneinfo"
).split()

# Modules that are never allowed: what they hold is run, or runs tests.
SKIP = frozenset("test tests testing conftest setup __main__ _testing distutils f2py _pyinstaller pyinstaller _pytest benchmarks examples".split())

# Never listed, whatever the rule says: they hold or run callables, open files, or act by name.
NEVER = frozenset(
    "functools.partial functools.partialmethod functools.cached_property functools.singledispatchmethod "
    "operator.attrgetter operator.methodcaller operator.itemgetter weakref.finalize types.FunctionType types.MethodType "
    "types.CodeType types.LambdaType types.CellType types.ModuleType itertools.starmap itertools.accumulate "
    "logging.FileHandler logging.StreamHandler logging.Handler socket.socket socket.SocketType joblib.parallel.Parallel "
    "joblib.numpy_pickle_compat.NDArrayWrapper joblib.numpy_pickle_compat.ZNDArrayWrapper joblib.numpy_pickle.NumpyArrayWrapper "
    "typing.ForwardRef annotationlib.ForwardRef random.SystemRandom".split()
)

# Parts of packages that are no part of a model and whose names are looked up as
# those of a vetted package, unlisted: compilers, tests, downloads, scripts.
SKIP_PATHS = (
    "torch._inductor torch._dynamo torch._functorch torch.testing torch.onnx torch._refs torch._prims torch._decomp torch.utils.benchmark torch.utils.tensorboard "
    "torch.utils.bottleneck torch._export torch.export torch.distributed.elastic torch.distributed.benchmarks torch.distributed.rpc "
    "torch.distributed.pipelining torch.backends torch.utils.hipify torch._vendor torch._numpy torch.ao.pruning._experimental torch._higher_order_ops torch._native torch._lazy torch.utils.data.datapipes torch.distributed._tools torch.distributed.checkpoint "
    "transformers.commands transformers.utils.dummy transformers.cli transformers.testing_utils transformers.convert accelerate.commands "
    "accelerate.test_utils datasets.commands huggingface_hub.commands huggingface_hub.cli huggingface_hub.inference diffusers.commands "
    "xgboost.testing xgboost.dask xgboost.spark statsmodels.sandbox statsmodels.datasets lightgbm.dask spacy.cli spacy.lang fastai.test_utils "
    "optuna.storages._rdb optuna.cli gensim.scripts nltk.app nltk.draw nltk.twitter sympy.parsing sympy.galgebra sympy.plotting sympy.utilities.autowrap sympy.utilities._compilation pyarrow.interchange ultralytics.solutions "
    "ultralytics.hub ultralytics.trackers sklearn.externals.array_api_compat scipy._lib.array_api_compat narwhals.stable git.index.fun monai.apps monai.bundle "
    "lightning.app lightning.data lightning.store jinja2.lexer pandas.io networkx.algorithms networkx.drawing matplotlib.backends matplotlib.testing matplotlib.tests "
    "catboost.widget catboost.hnsw catboost.dev_utils fsspec.implementations peft.tuners.lora.corda sktime.libs "
    "keras.api keras._tf_keras keras.applications keras.src.applications keras.datasets keras.src.datasets keras.src.backend.torch keras.src.backend.jax keras.src.backend.tensorflow keras.src.backend.numpy keras.src.backend.openvino keras.src.backend.tests "
    "keras.src.distribute keras.distribute keras.src.testing_infra keras.testing_infra keras.src.integration_test keras.integration_test keras.src.export keras.src.quantizers.gptq keras.engine.base_layer_v1 "
    "tf_keras.api tf_keras.applications tf_keras.src.applications tf_keras.src.datasets tf_keras.src.distribute tf_keras.src.testing_infra tf_keras.src.integration_test tensorflow.python.keras.distribute tensorflow.python.keras.saving "
    "jax._src.internal_test_util jax._src.lax.control_flow jax._src.pallas jax.experimental jax.tools jax._src.tpu jaxlib.mlir jaxlib.mosaic jaxlib.triton jax._src.interpreters jax._src.cudnn "
    "flax.nnx.examples flax.experimental optax.experimental optax.contrib chex._src.fake haiku.experimental haiku._src.jaxpr_info polars.testing polars.io polars.convert polars.plotting"
).split()

# Packages whose mappings are read by compiled code, or call methods of their own arrays.
LIBRARIES = frozenset("numpy pandas scipy".split())

# What a mapping that reads what it holds from a file does.
OPENS = ("reaches-_io.open", "reaches-io.open", "reaches-torch.serialization.load", "reaches-pickle.", "reaches-_pickle.", "calls-load_item-of-a-value")

# Distributions whose name is not that of the package.
DISTRIBUTIONS = {
    "PIL": "pillow", "dateutil": "python-dateutil", "git": "GitPython", "hydra": "hydra-core", "imblearn": "imbalanced-learn",
    "skbase": "scikit-base", "sklearn": "scikit-learn", "umap": "umap-learn", "yaml": "PyYAML", "cv2": "opencv-python",
    "lightning_fabric": "pytorch-lightning", "pyannote": "pyannote.audio",
}

# What is imported from beside the packages and no part of them.
UNVETTED = re.compile(r"_|[Cc]ython$|.*__mypyc$|jaraco$|more_itertools$|pip$|setuptools$|pkg_resources$|distutils|mtrand$|.*_ufunc$|cuda$|triton$|nvidia|.*_distutils|.*\W")
