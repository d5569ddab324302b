"""Tensors, modules, optimizers and checkpoints of an old torch, in the file formats of its time."""

import argparse
import collections
import copy

import numpy as np
import torch
from old_kinds import tried
from torch import nn

DTYPES = "uint8 int8 int16 int32 int64 float16 float32 float64 bool bfloat16 complex64".split()
ARGUMENTS = ((), (4,), (4, 4), (4, 4, 3), (2, 4), ([nn.Linear(2, 2)],), ({"a": nn.Linear(2, 2)},), (nn.Linear(2, 2),), (4, 2), (4, 2, 1, 1, 8))


def tensors():
    for name in DTYPES:
        if hasattr(torch, name):
            yield name, tried(lambda name=name: torch.zeros(3).to(getattr(torch, name)), lambda name=name: getattr(torch, name))
    base = torch.arange(24).float().reshape(2, 3, 4)
    yield "views", [base, base[0], base.transpose(0, 1), base[:, ::2]]
    yield "gradient", tried(lambda: torch.ones(3, requires_grad=True), lambda: torch.autograd.Variable(torch.ones(3)))
    yield "parameter", [nn.Parameter(torch.zeros(3)), nn.Parameter(torch.zeros(3), requires_grad=False)]
    yield "sparse", tried(lambda: torch.sparse_coo_tensor(torch.tensor([[0, 1], [1, 0]]), torch.ones(2), (2, 2)), lambda: torch.sparse.FloatTensor(2, 2))
    yield "quantized", tried(*[lambda kind=kind: torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, getattr(torch, kind)) for kind in ("qint8", "quint8", "qint32")])
    yield "storage", [torch.zeros(3).storage(), torch.LongStorage(3)]
    yield "sizes", [torch.Size([1, 2]), torch.device("cpu"), torch.device("cuda:0"), torch.float32, torch.strided]
    yield "random", [torch.get_rng_state()]
    yield "packed", nn.utils.rnn.pack_padded_sequence(torch.zeros(3, 2, 1), torch.tensor([3, 2]))


def modules():
    for name in sorted(dir(nn)):
        cls = getattr(nn, name)
        if isinstance(cls, type) and issubclass(cls, nn.Module):
            for made in tried(*[lambda arguments=arguments: cls(*arguments) for arguments in ARGUMENTS])[:1]:
                yield name, made
    yield "sequential", nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Dropout(), nn.Linear(4, 2), nn.Softmax(dim=1))
    yield "named", nn.Sequential(collections.OrderedDict([("a", nn.Linear(2, 3)), ("b", nn.Tanh())]))
    yield "recurrent", nn.ModuleList([nn.LSTM(2, 3, 2, bidirectional=True), nn.GRU(2, 3), nn.RNN(2, 3), nn.LSTMCell(2, 3), nn.Embedding(4, 2), nn.EmbeddingBag(4, 2)])
    yield "parallel", nn.DataParallel(nn.Linear(2, 2))
    yield "weight-norm", nn.utils.weight_norm(nn.Linear(2, 2))
    yield "spectral-norm", nn.utils.spectral_norm(nn.Linear(2, 2))
    lazy = nn.Linear(2, 2)
    yield "after-backward", backward(lazy)


def backward(layer):
    layer(torch.ones(1, 2)).sum().backward()
    return layer


def optimizers():
    for name in sorted(dir(torch.optim)):
        cls = getattr(torch.optim, name)
        if isinstance(cls, type) and issubclass(cls, torch.optim.Optimizer) and cls is not torch.optim.Optimizer:
            for optimizer in tried(lambda: stepped(cls)):
                yield name, optimizer
                yield name + "-state", optimizer.state_dict()
    schedulers = torch.optim.lr_scheduler
    yield "schedulers", tried(
        lambda: schedulers.StepLR(stepped(torch.optim.SGD), 1), lambda: schedulers.ReduceLROnPlateau(stepped(torch.optim.SGD)), lambda: schedulers.ExponentialLR(stepped(torch.optim.SGD), 0.9),
        lambda: schedulers.MultiStepLR(stepped(torch.optim.SGD), [1]), lambda: schedulers.CosineAnnealingLR(stepped(torch.optim.SGD), 3),
    )
    yield "schedule-states", [schedule(stepped(torch.optim.SGD)).state_dict() for schedule in (lambda o: schedulers.StepLR(o, 1), lambda o: schedulers.LambdaLR(o, lambda e: 1))]


def stepped(cls):
    layer = nn.Linear(2, 2)
    optimizer = cls(layer.parameters(), lr=0.1)
    backward(layer)
    optimizer.step()
    return optimizer


def quantized():
    from torch import quantization

    yield "dynamic", quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4), nn.LSTM(4, 4)), {nn.Linear, nn.LSTM}, dtype=torch.qint8)
    static = nn.Sequential(quantization.QuantStub(), nn.Conv2d(1, 2, 3), nn.ReLU(), quantization.DeQuantStub()).eval()
    static.qconfig = quantization.get_default_qconfig("fbgemm")
    prepared = quantization.prepare(static)
    prepared(torch.zeros(1, 1, 4, 4))
    yield "prepared", prepared
    yield "static", quantization.convert(prepared)


def checkpoints():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    optimizer = stepped(torch.optim.Adam)
    yield "state", model.state_dict()
    yield "half", dict((key, value.half() if value.dtype == torch.float32 else value) for key, value in model.state_dict().items())
    yield "full", {
        "epoch": 3, "arch": "resnet18", "state_dict": model.state_dict(), "best_acc1": torch.tensor(0.5), "optimizer": optimizer.state_dict(), "loss": np.float64(0.1), "best": np.float32(1),
        "history": collections.defaultdict(list, {"loss": [1.0]}), "args": argparse.Namespace(lr=0.1), "classes": ["a", u"b"], "rng": [torch.get_rng_state(), np.random.get_state()],
        "vocabulary": collections.OrderedDict([(u"a", 1)]), "counts": collections.Counter("ab"),
    }
    yield "whole", {"model": model, "optimizer": optimizer}
    yield "list", [torch.zeros(2), np.zeros(3)]


def data():
    dataset = torch.utils.data.TensorDataset(torch.zeros(6, 2), torch.ones(6))
    yield "datasets", [dataset, torch.utils.data.Subset(dataset, [0]), torch.utils.data.ConcatDataset([dataset])]
    yield "loader", torch.utils.data.DataLoader(dataset, 2)
    yield "distributions", [torch.distributions.Normal(0.0, 1.0), torch.distributions.Categorical(torch.ones(2)), torch.distributions.Bernoulli(0.5)]


def make(corpus):
    torch.manual_seed(0)
    for name, value in corpus.each(tensors, modules, optimizers, quantized, checkpoints, data):
        corpus.torch(name, value)
        corpus.pickles(name, value, (2, 4))
        for number, item in enumerate(value if isinstance(value, list) else []):
            corpus.torch("%s-%d" % (name, number), item)
        if isinstance(value, nn.Module):
            corpus.torch(name + "-state", value.state_dict())
            for half in tried(lambda: copy.deepcopy(value).half()):
                corpus.torch(name + "-half", half)
