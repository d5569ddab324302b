package calltargets

// frameworks are packages whose classes configurations of models name.
var frameworks = set(
	"accelerate", "albumentations", "anomalib", "apex", "audiocraft", "axolotl", "bitsandbytes", "catboost", "compressai", "datasets", "deepspeed", "detectron2",
	"diffusers", "einops", "espnet", "espnet2", "fairseq", "fairseq2", "flair", "flash_attn", "flax", "fsspec", "gluonts", "hydra", "hydra_plugins", "jax",
	"keras", "keras_hub", "kornia", "ldm", "lightgbm", "lightning", "lightning_fabric", "llamafactory", "ludwig", "megatron", "mmcv", "mmdet", "mmengine",
	"mmpretrain", "mmseg", "monai", "nemo", "nemo_automodel", "nemo_run", "numpy", "omegaconf", "open_clip", "opencood", "optax", "optimum", "pandas",
	"peft", "pyannote", "pytorch_lightning", "ray", "safetensors", "segmentation_models_pytorch", "sentence_transformers", "sgm", "sklearn", "spacy",
	"speechbrain", "super_gradients", "tensorflow", "timm", "tokenizers", "torch", "torch_geometric", "torchaudio", "torchdata", "torchmetrics", "torchtune", "torchvision",
	"transformer_engine", "transformers", "trl", "ultralytics", "uni2ts", "unsloth", "vllm", "xgboost",
)

// functionsToo are packages whose functions configurations name, too: layers, losses and
// builders of models.
var functionsToo = set(
	"torchtune.models", "torchtune.datasets", "torchtune.training", "torchtune.modules", "torchtune.rlhf", "torchtune.data",
	"speechbrain.nnet", "speechbrain.lobes", "speechbrain.processing", "speechbrain.dataio", "speechbrain.decoders", "speechbrain.augment",
	"speechbrain.inference", "speechbrain.alignment", "speechbrain.pretrained", "torchvision.models", "torchvision.transforms", "torchmetrics.functional",
	"timm.models",
)

// factories are functions that make a part of a model from plain arguments.
var factories = []string{
	"timm.create_model", "torch.manual_seed", "torch.tensor", "torch.zeros", "torch.ones", "torch.device", "numpy.arange", "numpy.array", "numpy.random.seed",
	"speechbrain.create_experiment_directory", "speechbrain.utils.seed_everything", "speechbrain.utils.depgraph.CircularDependencyError",
	"transformers.get_cosine_schedule_with_warmup", "transformers.get_linear_schedule_with_warmup", "transformers.get_constant_schedule_with_warmup",
	"transformers.get_scheduler", "torch.optim.swa_utils.get_ema_avg_fn",
}

// makers are class methods of frameworks that make an instance.
var makers = []string{"from_config", "from_pretrained", "from_name", "from_model_name"}

// domestic are modules of the standard library whose names frameworks use for their own.
var domestic = []string{"collections", "io", "logging", "profile", "random", "statistics", "token", "types", "typing"}

// unexpected are parts of frameworks whose classes run or load something.
var unexpected = []string{
	"agents", "app", "cli", "commands", "cpp_extension", "distributed", "dynamic_module_utils", "elastic", "jit", "launch", "launcher", "multiprocessing",
	"package", "scripts", "testing", "tools", "superpowers", "importutils", "fetching", "data_utils",
}

// pure are functions that work out a text or a number and touch nothing.
var pure = set(
	"builtins.abs", "builtins.len", "builtins.max", "builtins.min", "builtins.round", "builtins.sum", "builtins.sorted", "builtins.tuple", "builtins.zip",
	"functools.partial", "math.ceil", "math.floor", "math.log", "math.pow", "math.prod", "math.sqrt", "operator.add", "operator.floordiv", "operator.mul",
	"operator.sub", "operator.truediv", "os.cpu_count", "os.path.abspath", "os.path.basename", "os.path.dirname", "os.path.join", "os.path.normpath",
	"os.path.splitext", "posixpath.abspath", "posixpath.basename", "posixpath.dirname", "posixpath.join", "posixpath.normpath", "posixpath.splitext",
	"random.seed", "uuid.uuid4",
)

// frameworkDangers are callables of frameworks that no list of pickles has, with what
// they do.
var frameworkDangers = map[string]string{
	"builtins.getattr":                                         "fetches whatever attribute it is told",
	"hydra._internal.utils._locate":                            "imports whatever it is told",
	"monai.apps.utils.download_url":                            "fetches a file from the network",
	"monai.bundle.run":                                         "runs another configuration",
	"nemo.utils.model_utils.import_class_by_path":              "imports whatever it is told",
	"pytorch_lightning.utilities.cloud_io.load":                "unpickles a file",
	"lightning.fabric.utilities.cloud_io._load":                "unpickles a file",
	"speechbrain.utils.data_utils.download_file":               "fetches a file from the network",
	"speechbrain.utils.fetching.fetch":                         "fetches a file from the network",
	"speechbrain.utils.importutils.import_from_path":           "runs a file of Python code",
	"speechbrain.utils.importutils.lazy_export":                "imports whatever it is told",
	"speechbrain.utils.superpowers.import_from_path":           "runs a file of Python code",
	"speechbrain.utils.superpowers.run_shell":                  "starts a process or runs a shell command",
	"sympy.sympify":                                            "runs text as code",
	"sympy.parsing.sympy_parser.parse_expr":                    "runs text as code",
	"torch.multiprocessing.spawn":                              "starts processes",
	"torch.distributed.run.main":                               "starts processes",
	"torch.package.PackageImporter":                            "loads code from an archive",
	"torch.package.package_importer.PackageImporter":           "loads code from an archive",
	"transformers.utils.hub.cached_file":                       "fetches a file from the network",
	"transformers.dynamic_module_utils.get_cached_module_file": "runs code from a repository",
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, name := range names {
		m[name] = true
	}
	return m
}
