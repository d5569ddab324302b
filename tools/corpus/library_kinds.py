"""What libraries over torch write: taggers, speech, detectors, graphs, molecules, medical images and agents, each as its own users save it."""

import argparse
import collections
import contextlib
import importlib
import pathlib

import numpy as np
import torch
from torch import nn


def attribute(path):
    """Returns what a dotted path names."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def first(*paths):
    """Returns the first of several spellings that this version has."""
    for path in paths:
        with contextlib.suppress(ImportError, AttributeError):
            return attribute(path)
    raise ImportError(paths[0])


def taggers():
    import flair
    from flair.data import Dictionary, Sentence

    words = Dictionary(add_unk=True)
    words.add_item("NOUN")
    words.add_item("VERB")
    yield "dictionary", {"dictionary": words}
    yield "sentence", Sentence("a b c")
    from flair import embeddings, models

    hashed = embeddings.HashEmbeddings(8) if hasattr(embeddings, "HashEmbeddings") else embeddings.BytePairEmbeddings("en")
    tagger = models.SequenceTagger(hidden_size=4, embeddings=hashed, tag_dictionary=words, tag_type="pos", use_crf=True)
    yield "tagger-state", tagger._get_state_dict()
    yield "tagger", tagger
    with contextlib.suppress(Exception):
        pooled = embeddings.DocumentPoolEmbeddings([hashed])
        yield "classifier-state", models.TextClassifier(pooled, label_dictionary=words, label_type="topic")._get_state_dict()
    parameters = flair.training_utils.Result.__init__.__code__.co_varnames[1 : flair.training_utils.Result.__init__.__code__.co_argcount]
    yield "result", flair.training_utils.Result(*({"main_score": 0.5, "scores": {"a": 1}, "classification_report": {"a": 1}}.get(name, "text") for name in parameters))


def speech():
    from pyannote.audio.core.task import Problem, Resolution, Specifications

    given = {"problem": Problem.MONO_LABEL_CLASSIFICATION, "resolution": Resolution.FRAME, "duration": 5.0, "warm_up": (0.0, 0.0), "classes": ["a", "b"], "permutation_invariant": True}
    known = Specifications.__dataclass_fields__
    specifications = Specifications(**{k: v for k, v in {**given, "min_duration": None, "powerset_max_classes": 2}.items() if k in known})
    state = {"epoch": 1, "pyannote.audio": {"versions": {"torch": torch.__version__}, "architecture": {"module": "a", "class": "PyanNet"}, "specifications": specifications}}
    yield "segmentation", {**state, "state_dict": nn.Linear(2, 2).state_dict(), "hyper_parameters": {"sample_rate": 16000}}
    with contextlib.suppress(ImportError):
        introspection = attribute("pyannote.audio.core.model.Introspection")
        state["pyannote.audio"]["introspection"] = introspection.__new__(introspection)
        yield "introspection", state
    core = importlib.import_module("pyannote.core")
    yield "windows", [core.Segment(0, 1), core.SlidingWindow(0.1, 0.1), core.SlidingWindowFeature(np.zeros((2, 2)), core.SlidingWindow(0.1, 0.1))]


def separators():
    import asteroid

    model = asteroid.models.ConvTasNet(2, n_blocks=1, n_repeats=1, n_filters=8, bn_chan=4, hid_chan=4, skip_chan=4)
    yield "convtasnet", model.serialize()


def graphs():
    from torch_geometric.data import Batch, Data, HeteroData, InMemoryDataset

    item = Data(x=torch.zeros(2, 3), edge_index=torch.tensor([[0, 1], [1, 0]]), y=torch.tensor([1]), name="a")
    yield "data", item
    yield "list", [item, item.clone()]
    yield "batch", Batch.from_data_list([item, item])
    yield "collated", InMemoryDataset.collate([item, item])
    both = HeteroData()
    both["a"].x = torch.zeros(2, 3)
    both["a", "to", "a"].edge_index = torch.tensor([[0, 1], [1, 0]])
    yield "hetero", both
    # Its layers are not among them: in BUILD they write Python from what their state says, and run it.


def molecules():
    import schnetpack

    representation = schnetpack.representation.SchNet(8, 1, schnetpack.nn.GaussianRBF(4, 5.0), schnetpack.nn.CosineCutoff(5.0))
    heads = [schnetpack.atomistic.Atomwise(8), schnetpack.atomistic.Forces()]
    inputs = [schnetpack.atomistic.PairwiseDistances()]
    yield "schnet", schnetpack.model.NeuralNetworkPotential(representation, inputs, heads, postprocessors=[schnetpack.transform.CastTo64()])


def symmetries():
    from e3nn import o3

    yield "irrep", o3.Irrep("1o")
    yield "instructions", o3.Instruction(0, 0, 0, "uvw", True, 1.0, (1, 1, 1))  # layers carry graphs of torch.fx, which are code


def medical():
    import monai

    yield "unet", monai.networks.nets.UNet(spatial_dims=2, in_channels=1, out_channels=1, channels=(4, 8), strides=(2,))
    yield "segresnet", monai.networks.nets.SegResNet(spatial_dims=2, init_filters=8)
    yield "metatensor", {"image": first("monai.data.MetaTensor", "torch.Tensor")(torch.zeros(1, 2, 2), meta={"filename_or_obj": "a"})}
    yield "enums", [monai.utils.InterpolateMode.BILINEAR, monai.utils.BlendMode.GAUSSIAN, monai.utils.MetaKeys.SPACE if hasattr(monai.utils, "MetaKeys") else 0]
    yield "transforms", monai.transforms.Compose([monai.transforms.ScaleIntensity(), monai.transforms.RandFlip(), monai.transforms.Resize((2, 2)), monai.transforms.EnsureType()])
    yield "losses", [monai.losses.DiceLoss(), monai.losses.DiceCELoss(), monai.inferers.SlidingWindowInferer(2)]


def images():
    import torchio

    subject = torchio.Subject(image=torchio.ScalarImage(tensor=torch.zeros(1, 2, 2, 2)), age=3)
    yield "subject", subject
    yield "transforms", torchio.Compose([torchio.RandomFlip(), torchio.ZNormalization(), torchio.RandomAffine()])


def augmentations():
    import kornia

    yield "augmentations", nn.Sequential(kornia.augmentation.RandomHorizontalFlip(), kornia.augmentation.ColorJitter(0.1, 0.1, 0.1, 0.1), kornia.augmentation.Normalize(torch.zeros(3), torch.ones(3)))
    yield "filters", [kornia.filters.GaussianBlur2d((3, 3), (1.0, 1.0)), kornia.losses.SSIMLoss(3)]


def languages():
    import stanza
    from stanza.models.common.vocab import CompositeVocab, VOCAB_PREFIX

    vocab = attribute("stanza.models.pos.vocab.WordVocab")
    yield "vocabulary", [vocab([[["a", "b"]]], "en", idx=0).state_dict(), CompositeVocab, VOCAB_PREFIX][:1]
    yield "tokenizer", {"model": nn.Linear(2, 2).state_dict(), "vocab": {"unit2id": {"a": 1}}, "config": {"lang": "en", "shorthand": "en_a"}, "version": stanza.__version__}


def contrastive():
    import open_clip

    model = open_clip.create_model("RN50", pretrained=None)
    yield "transform", open_clip.image_transform(8, is_train=False)
    yield "checkpoint", {"epoch": 1, "name": "a", "state_dict": collections.OrderedDict(list(model.state_dict().items())[:2]), "args": argparse.Namespace(model="RN50", lr=0.1)}
    yield "loss", open_clip.ClipLoss()


def nodes():
    from fvcore.common.config import CfgNode

    cfg = CfgNode({"MODEL": CfgNode({"NAME": "a", "LAYERS": [1, 2]}), "LR": 0.1})
    yield "fvcore", {"cfg": cfg, "model": nn.Linear(2, 2).state_dict(), "__author__": "a", "matching_heuristics": True}


def vision():
    mmengine = importlib.import_module("mmengine")
    importlib.import_module("mmengine.structures")
    config = mmengine.Config({"model": {"type": "A", "depth": 50}, "work_dir": "a"})
    buffer = mmengine.logging.HistoryBuffer([1.0], [1])
    hub = mmengine.MessageHub("a")
    hub.update_scalar("train/loss", 0.1)
    meta = {"cfg": config.pretty_text, "dataset_meta": {"classes": ("a",)}, "epoch": 1, "seed": 1, "experiment_name": "a"}
    yield "checkpoint", {"meta": meta, "state_dict": nn.Linear(2, 2).state_dict(), "message_hub": hub.state_dict(), "optimizer": {}, "param_schedulers": []}
    yield "buffer", buffer  # a ConfigDict of mmengine imports what it is asked to
    yield "samples", mmengine.structures.InstanceData(bboxes=torch.zeros(1, 4), labels=torch.zeros(1))


def mm1():
    import mmcv

    config = mmcv.Config({"model": {"type": "A", "depth": 50}})
    meta = {"env_info": "a", "config": config.pretty_text, "mmdet_version": "2.0.0", "CLASSES": ("a", "b"), "PALETTE": [[1, 2, 3]], "hook_msgs": {"best_score": np.float64(0.5)}, "config_dict": config._cfg_dict}
    yield "checkpoint", {"meta": meta, "state_dict": nn.Linear(2, 2).state_dict(), "optimizer": {}}
    yield "config-dict", config._cfg_dict


def sequences():
    import fairseq
    from fairseq.data import Dictionary
    from omegaconf import OmegaConf

    words = Dictionary()
    words.add_symbol("a")
    yield "dictionary", words
    yield "arguments", {"args": argparse.Namespace(arch="transformer", task="translation", lr=[0.1]), "model": nn.Linear(2, 2).state_dict(), "extra_state": {"epoch": 1}, "optimizer_history": [{"criterion_name": "A"}], "last_optimizer_state": None}
    config = attribute("fairseq.dataclass.configs.FairseqConfig")()
    yield "configuration", {"args": None, "cfg": OmegaConf.to_container(OmegaConf.structured(config), enum_to_str=True), "model": nn.Linear(2, 2).state_dict(), "task_state": {"dictionary": words}}
    meters = fairseq.logging.meters
    yield "meters", {"extra_state": {"metrics": {"default": [(0, "loss", "AverageMeter", meters.AverageMeter().state_dict())]}, "train_meters": {"a": meters.AverageMeter(), "b": meters.TimeMeter(), "c": meters.StopwatchMeter()}}}


def yolov5():
    from yolov5.models.yolo import DetectionModel

    home = pathlib.Path(importlib.import_module("yolov5").__file__).parent
    model = DetectionModel(str(home / "models/yolov5n.yaml"))
    model.names, model.hyp, model.stride = {0: "a"}, {"lr0": 0.01}, torch.tensor([8.0, 16.0, 32.0])
    yield "yolov5n", {"epoch": -1, "best_fitness": np.array([0.5]), "model": model.half(), "ema": None, "updates": None, "optimizer": None, "opt": {"lr": 0.1}, "git": None, "date": "2023"}
    yield "classes", {"model": model, "wandb_id": None, "training_results": "a", "opt": argparse.Namespace(weights="a", save_dir=pathlib.Path("x"))}


def detectors():
    """Yields checkpoints of YOLOv8 as its first versions wrote them."""
    from ultralytics.nn import tasks

    defaults = first("ultralytics.yolo.utils.DEFAULT_CFG", "ultralytics.utils.DEFAULT_CFG")
    for name, config in (("DetectionModel", "yolov8n.yaml"), ("SegmentationModel", "yolov8n-seg.yaml"), ("PoseModel", "yolov8n-pose.yaml")):
        with contextlib.suppress(AttributeError):
            model = getattr(tasks, name)(config, verbose=False)
            model.args, model.names = defaults, {0: "a"}
            model.criterion = model.init_criterion() if hasattr(model, "init_criterion") else None
            yield name, {"epoch": -1, "best_fitness": None, "model": model.half(), "ema": None, "optimizer": None, "train_args": vars(defaults), "date": "2023", "version": "8.0"}


def speech_synthesis():
    from TTS.tts.configs.vits_config import VitsConfig

    yield "config", {"config": VitsConfig().to_dict(), "model": nn.Linear(2, 2).state_dict(), "scaler": None, "step": 1, "model_loss": 0.1}
    yield "config-object", VitsConfig()


def old_timm():
    import timm

    yield "checkpoint", {"epoch": 1, "arch": "resnet18", "state_dict": nn.Linear(2, 2).state_dict(), "args": argparse.Namespace(lr=0.1, opt="sgd", aa=None), "version": 2, "metric": np.float64(0.5)}
    for name in ("efficientnet_b0", "mobilenetv2_100", "regnetx_002", "vit_tiny_patch16_224"):
        yield f"model-{name}", timm.create_model(name)
    yield "transform", timm.data.create_transform(8)


def segmentation():
    import segmentation_models_pytorch as smp

    yield "unet", smp.Unet("mobilenet_v2", encoder_weights=None)
    yield "deeplab", smp.DeepLabV3Plus("mobilenet_v2", encoder_weights=None)
    yield "fpn", smp.FPN("efficientnet-b0", encoder_weights=None)


EVERY = (
    taggers, speech, separators, graphs, molecules, symmetries, medical, images, augmentations, languages, contrastive, nodes, vision, mm1, sequences, yolov5, detectors, speech_synthesis, old_timm, segmentation,
)


def make(corpus):
    for kinds, _, name, value in corpus.each(*EVERY):
        corpus.torch(name, value, clean=False)
        corpus.pickles(name, value, (2, 4), clean=False)
        for number, item in enumerate(value if isinstance(value, list) else []):
            corpus.torch(f"{name}-{number}", item, clean=False)
