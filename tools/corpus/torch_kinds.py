"""Tensors, modules, optimizers and checkpoints of torch, in its zip files, its legacy files and plain pickles."""

import argparse
import collections
import copy
import functools
import io
import pathlib
import random

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune

DTYPES = [d for d in vars(torch).values() if isinstance(d, torch.dtype)]

def tensors():
    for kind in dict.fromkeys(DTYPES):
        try:
            yield f"dtype-{str(kind)[6:]}", torch.zeros(3, dtype=torch.uint8).to(kind) if "quint" not in str(kind) and "qint" not in str(kind) else torch.empty(0, dtype=kind)
        except (RuntimeError, TypeError, NotImplementedError):
            yield f"dtype-{str(kind)[6:]}", kind
    base = torch.arange(24.0).reshape(2, 3, 4)
    yield "views", [base, base[0], base.T, base[:, ::2], base.t() if base.ndim == 2 else base[1]]
    yield "gradient", torch.ones(3, requires_grad=True)
    yield "parameter", [nn.Parameter(torch.zeros(3)), nn.Parameter(torch.zeros(3), requires_grad=False), nn.UninitializedParameter()]
    yield "sparse", torch.eye(3).to_sparse()
    for layout in ("csr", "csc"):
        yield f"sparse-{layout}", getattr(torch.eye(4), f"to_sparse_{layout}")()
    for layout in ("bsr", "bsc"):
        yield f"sparse-{layout}", getattr(torch.eye(4), f"to_sparse_{layout}")((2, 2))
    yield "quantized", [torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, kind) for kind in (torch.qint8, torch.quint8, torch.qint32)]
    yield "quantized-channels", torch.quantize_per_channel(torch.zeros(2, 3), torch.ones(2), torch.zeros(2), 0, torch.qint8)
    yield "meta", torch.zeros(3, device="meta")
    yield "nested", torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)])
    yield "jagged", torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)], layout=torch.jagged)
    yield "conjugate", torch.zeros(3, dtype=torch.complex64).conj()
    yield "negative", torch.zeros(3, dtype=torch.complex64).imag
    yield "attribute", tagged()
    yield "subclass", torch.ones(3).as_subclass(nn.Buffer) if hasattr(nn, "Buffer") else torch.ones(3)
    yield "sizes", [torch.Size([1, 2]), torch.device("cpu"), torch.device("cuda:0"), torch.float32, torch.strided, torch.per_tensor_affine, torch.contiguous_format, torch.preserve_format]
    yield "storages", [torch.zeros(3).untyped_storage(), torch.zeros(3).storage()]
    yield "random", [torch.get_rng_state(), torch.Generator().manual_seed(1).get_state()]
    yield "infos", [torch.iinfo(torch.int8).max, torch.__version__, torch.torch_version.TorchVersion("2.0.0")]
    yield "packed", nn.utils.rnn.pack_sequence([torch.zeros(3), torch.zeros(2)])
    yield "masked", torch.masked.masked_tensor(torch.zeros(3), torch.tensor([True, False, True]))


def tagged():
    tensor = torch.zeros(3)
    tensor.label = "weights"
    return tensor


def every_module():
    """Yields an instance of every module class of torch.nn that can be made from numbers."""
    layer, decoder = nn.TransformerEncoderLayer(4, 2, 8), nn.TransformerDecoderLayer(4, 2, 8)
    special = {
        "AdaptiveLogSoftmaxWithLoss": (8, 10, [2, 4]), "Container": (), "DataParallel": (nn.Linear(2, 2),), "TransformerEncoder": (layer, 1), "TransformerDecoder": (decoder, 1),
        "ModuleDict": ({"a": nn.Linear(2, 2), "b": nn.ReLU()},), "ModuleList": ([nn.Linear(2, 2), nn.ReLU()],), "ParameterDict": ({"a": nn.Parameter(torch.zeros(2))},),
        "ParameterList": ([nn.Parameter(torch.zeros(2))],), "Sequential": (nn.Linear(2, 2), nn.Tanh()), "LayerNorm": ((3, 4),), "Unflatten": (1, (2, 2)), "Threshold": (0.1, 20),
        "GroupNorm": (2, 4), "Transformer": (4, 2, 1, 1, 8), "Fold": ((4, 5), (2, 2)), "TripletMarginWithDistanceLoss": (), "MultiheadAttention": (4, 2), "Bilinear": (2, 3, 4),
        "Conv1d": (4, 4, 3), "CircularPad1d": (1,),
    }
    for name in sorted(set(dir(nn)) | set(dir(nn.modules))):
        cls = getattr(nn, name, getattr(nn.modules, name, None))
        if not isinstance(cls, type) or not issubclass(cls, nn.Module):
            continue
        for arguments in (special.get(name, ()), (4,), (4, 4), (4, 4, 3), (2, 4)):
            try:
                yield name, cls(*arguments)
                break
            except Exception:
                continue


def modules():
    yield from every_module()
    body = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2), nn.Dropout(), nn.Softmax(dim=-1))
    yield "network", body
    yield "ordered", nn.Sequential(collections.OrderedDict(first=nn.Linear(2, 2), second=nn.GELU()))
    yield "transformer-gelu", nn.TransformerEncoderLayer(4, 2, 8, activation="gelu")
    yield "transformer-function", nn.TransformerEncoderLayer(4, 2, 8, activation=torch.nn.functional.leaky_relu)
    yield "pruned", prune.l1_unstructured(nn.Linear(3, 3), "weight", 1)
    yield "spectral", torch.nn.utils.spectral_norm(nn.Linear(3, 3))
    yield "weight-norm", old_weight_norm()
    yield "deep", nn.Sequential(*[nn.Sequential(nn.Linear(2, 2), nn.ReLU()) for _ in range(30)])
    yield "tied", tied()
    yield "half", copy.deepcopy(body).half()
    yield "frozen", frozen(copy.deepcopy(body))
    yield "averaged", torch.optim.swa_utils.AveragedModel(nn.Linear(2, 2))
    yield "averaged-ema", torch.optim.swa_utils.AveragedModel(nn.Linear(2, 2), multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    yield "losses", [nn.CrossEntropyLoss(torch.ones(3)), nn.MSELoss(), nn.BCEWithLogitsLoss(pos_weight=torch.ones(1)), nn.TripletMarginLoss(), nn.CTCLoss()]
    yield "functions", [torch.relu, torch.nn.functional.gelu, torch.nn.functional.relu, torch.tanh, torch.nn.functional.cross_entropy, torch.sigmoid]
    yield "initialised", functools.partial(nn.Linear, bias=False)
    yield "norm-layer", functools.partial(nn.LayerNorm, eps=1e-6)


def old_weight_norm():
    layer = torch.nn.utils.weight_norm(nn.Linear(3, 3)) if hasattr(torch.nn.utils, "weight_norm") else nn.Linear(3, 3)
    return layer


def tied():
    a, b = nn.Linear(3, 3), nn.Linear(3, 3)
    a.weight = b.weight
    return nn.ModuleList([a, b])


def frozen(module):
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    return module.eval()


def quantized():
    from torch.ao import quantization

    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.LSTM(4, 4))
    yield "dynamic", quantization.quantize_dynamic(model, {nn.Linear, nn.LSTM}, dtype=torch.qint8)
    static = nn.Sequential(quantization.QuantStub(), nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2), quantization.DeQuantStub()).eval()
    static.qconfig = quantization.get_default_qconfig("fbgemm")
    prepared = quantization.prepare(static)
    prepared(torch.zeros(1, 1, 4, 4))
    yield "prepared", prepared
    yield "static", quantization.convert(prepared)
    aware = nn.Sequential(nn.Linear(4, 4), nn.ReLU()).train()
    aware.qconfig = quantization.get_default_qat_qconfig("fbgemm")
    yield "aware", quantization.prepare_qat(aware)
    yield "configs", [quantization.default_qconfig, quantization.get_default_qconfig("qnnpack")]
    yield "observers", [quantization.MinMaxObserver(), quantization.HistogramObserver(), quantization.PerChannelMinMaxObserver(), quantization.FakeQuantize()]


def optimizers():
    for name in sorted(dir(torch.optim)):
        cls = getattr(torch.optim, name)
        if not isinstance(cls, type) or not issubclass(cls, torch.optim.Optimizer) or cls is torch.optim.Optimizer:
            continue
        layer = nn.Linear(3, 2)
        try:
            optimizer = cls(layer.parameters(), lr=0.01)
            layer(torch.ones(1, 3)).sum().backward()
            optimizer.step()
        except Exception:
            pass
        yield name, optimizer
        yield f"{name}-state", optimizer.state_dict()
    parameters = [nn.Parameter(torch.zeros(2))]
    sgd = functools.partial(torch.optim.SGD, parameters, lr=0.1, momentum=0.9)
    schedulers = torch.optim.lr_scheduler
    yield "schedulers", [
        schedulers.StepLR(sgd(), 1), schedulers.CosineAnnealingLR(sgd(), 3), schedulers.ReduceLROnPlateau(sgd()), schedulers.OneCycleLR(sgd(), 0.1, total_steps=3), schedulers.CyclicLR(sgd(), 0.1, 1),
        schedulers.ExponentialLR(sgd(), 0.9), schedulers.MultiStepLR(sgd(), [1]), schedulers.LinearLR(sgd()), schedulers.ConstantLR(sgd()), schedulers.PolynomialLR(sgd()),
        schedulers.CosineAnnealingWarmRestarts(sgd(), 2),
    ]
    for index, make in enumerate((
        lambda o: schedulers.StepLR(o, 1), lambda o: schedulers.CosineAnnealingLR(o, 3), lambda o: schedulers.ReduceLROnPlateau(o), lambda o: schedulers.OneCycleLR(o, 0.1, total_steps=3),
        lambda o: schedulers.LambdaLR(o, lambda e: 1), lambda o: schedulers.CyclicLR(o, 0.1, 1), lambda o: schedulers.SequentialLR(o, [schedulers.ConstantLR(o), schedulers.ExponentialLR(o, 0.9)], [1]),
        lambda o: torch.optim.swa_utils.SWALR(o, 0.1),
    )):
        yield f"schedule-{index}-state", make(sgd()).state_dict()


def checkpoints():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    scaler = torch.amp.GradScaler("cpu", enabled=True)
    yield "state", model.state_dict()
    yield "half-state", {k: v.half() if v.is_floating_point() else v for k, v in model.state_dict().items()}
    yield "full", {
        "epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": schedule.state_dict(), "scaler": scaler.state_dict(), "loss": np.float64(0.1),
        "best": np.float32(1), "history": collections.defaultdict(list, {"loss": [1.0]}), "args": argparse.Namespace(lr=0.1, out=pathlib.Path("runs")), "classes": ["a", "b"],
        "rng": {"torch": torch.get_rng_state(), "numpy": np.random.get_state(), "python": random.getstate()}, "names": np.array(["a", "b"]), "counts": collections.Counter("aab"),
    }
    yield "lightning", {
        "epoch": 1, "global_step": 10, "pytorch-lightning_version": "2.0.0", "state_dict": model.state_dict(), "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"total": {"ready": 1}}}},
        "callbacks": {"ModelCheckpoint{'monitor': 'val_loss'}": {"best_model_path": "a.ckpt", "best_model_score": torch.tensor(0.1), "best_k_models": {"a.ckpt": torch.tensor(0.1)}}},
        "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [schedule.state_dict()], "hparams_name": "kwargs", "hyper_parameters": {"lr": 0.1, "layers": [1, 2]},
    }
    yield "empty", {}
    yield "list", [torch.zeros(2), torch.ones(2)]
    yield "embedding", {"word": torch.zeros(300)}
    yield "string-keys", {f"layer.{i}.weight": torch.zeros(2) for i in range(200)}
    yield "module-state", model
    yield "optimizer", optimizer


def data():
    dataset = torch.utils.data.TensorDataset(torch.zeros(6, 2), torch.ones(6))
    yield "datasets", [dataset, torch.utils.data.Subset(dataset, [0]), torch.utils.data.ConcatDataset([dataset]), torch.utils.data.StackDataset(dataset)]
    yield "samplers", [torch.utils.data.RandomSampler(dataset), torch.utils.data.SequentialSampler(dataset), torch.utils.data.WeightedRandomSampler([1.0], 1), torch.utils.data.BatchSampler([0, 1], 1, False)]
    yield "loader", torch.utils.data.DataLoader(dataset, 2)
    distributions = torch.distributions
    yield "distributions", [
        distributions.Normal(0.0, 1.0), distributions.Categorical(torch.ones(2)), distributions.MultivariateNormal(torch.zeros(2), torch.eye(2)), distributions.Beta(1.0, 1.0), distributions.Bernoulli(0.5),
        distributions.Independent(distributions.Normal(torch.zeros(2), 1.0), 1), distributions.TransformedDistribution(distributions.Normal(0.0, 1.0), [distributions.ExpTransform()]),
    ]


def make(corpus):
    torch.manual_seed(0)
    for kinds, index, name, value in corpus.each(tensors, modules, quantized, optimizers, checkpoints, data):
        if corpus.small and kinds is modules and index % 6:
            continue
        corpus.torch(name, value)
        corpus.pickles(name, value, (2, 4, 5))
        for number, item in enumerate(value if isinstance(value, list) else []):
            corpus.torch(f"{name}-{number}", item)
        if isinstance(value, nn.Module):
            corpus.torch(f"{name}-state", value.state_dict())
    scripted(corpus)


def scripted(corpus):
    """Writes a TorchScript archive, which holds source code."""
    traced = torch.jit.trace(nn.Linear(2, 2), torch.zeros(1, 2))
    out = io.BytesIO()
    torch.jit.save(traced, out)
    corpus.bytes("scripted/traced.pt", out.getvalue(), clean=False)
