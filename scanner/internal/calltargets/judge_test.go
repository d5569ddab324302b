package calltargets_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/calltargets"
)

// TestJudge holds the verdicts on paths of every kind. Those of the harmful ones were
// tried with hydra 1.3.2: it imports and calls each.
func TestJudge(t *testing.T) {
	for verdict, paths := range map[calltargets.Verdict][]string{
		calltargets.Harmful: {
			"os.system", "posix.system", "subprocess.Popen", "subprocess.check_output", "builtins.eval", "builtins.exec", "eval", "exec", "__import__",
			"importlib.import_module", "pickle.loads", "torch.load", "joblib.load", "torch.hub.load", "torch.utils.collect_env.run", "hydra.utils.instantiate",
			"nemo.core.classes.common.os.system", "torch.serialization.os.system", "logging.os.system", "enum.bltns.eval", "ntpath.os.popen",
			"torch.os.system", "transformers.utils.hub.os.system", "pty.spawn", "runpy.run_path", "shutil.rmtree", "numpy.f2py.compile",
			"webbrowser.open", "urllib.request.urlretrieve", "ctypes.CDLL", "code.interact", "os:system", "builtins.getattr", "multiprocessing.Process",
			"speechbrain.utils.superpowers.run_shell", "torch.package.PackageImporter", "nemo.core.pickle.loads", "lightning.pytorch.core.saving.yaml.unsafe_load",
			"dataclasses.builtins.exec", "dill.loads", "cloudpickle.loads", "pandas.read_pickle", "torch.distributed.launcher.api.LaunchConfig", "marshal.loads", "types.FunctionType", "hydra._internal.utils._locate",
		},
		calltargets.Expected: {
			"nemo.collections.asr.models.EncDecCTCModelBPE",
			"ldm.models.diffusion.ddpm.LatentDiffusion", "transformers.AutoModelForCausalLM.from_pretrained", "diffusers.DDIMScheduler", "timm.create_model",
			"torchtune.models.llama3.llama3_8b", "speechbrain.nnet.losses.nll_loss",
			"torch.utils.data.DataLoader", "torchvision.models.resnet18",
		},
		calltargets.Foreign: {
			"src.models.Net", "my_project.platform.Builder", "cfg_utils.system_prompt.Builder", "mypkg.commands.Train", "myproj.code.models.Net",
			"transformers.agents.PythonInterpreterTool", "evil.run", "nemo.utils.helper",
			"gensim.models.word2vec.Word2Vec",
		},
		calltargets.Inert: {
			"builtins.int", "builtins.dict", "collections.OrderedDict", "pathlib.Path", "os.path.join", "functools.partial", "Linear", "relu",
			"torch.nn.functional.relu", "datetime.timedelta", "builtins.list", "torch.optim.AdamW", "torch.nn.Linear",
			"hydra._internal.core_plugins.basic_launcher.BasicLauncher", "lightning.pytorch.callbacks.ModelCheckpoint", "pytorch_lightning.loggers.TensorBoardLogger", "monai.networks.nets.UNet",
		},
	} {
		for _, path := range paths {
			if got := calltargets.Judge(path); got.Verdict != verdict {
				t.Errorf("%s: %d (%s %s), want %d", path, got.Verdict, got.Path, got.Does, verdict)
			}
		}
	}
}
