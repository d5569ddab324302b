"""Training arguments, configurations, tokenizers and checkpoints as they lie on model hubs."""

import argparse
import collections
import pathlib

import numpy as np
import torch
from torch import nn


def transformers_objects():
    import transformers
    from transformers import trainer_utils

    out = "/tmp/out"
    yield "training-args", transformers.TrainingArguments(out, report_to=[])
    yield "training-args-many", transformers.TrainingArguments(
        out, report_to=[], eval_strategy="steps", eval_steps=5, save_strategy="epoch", lr_scheduler_type="cosine", optim="adafactor", gradient_checkpointing_kwargs={"use_reentrant": False},
    )
    yield "seq2seq-args", transformers.Seq2SeqTrainingArguments(out, report_to=[])
    yield "state", transformers.TrainerState(global_step=5, log_history=[{"loss": 0.1}])
    yield "strategies", [trainer_utils.IntervalStrategy.STEPS, trainer_utils.SchedulerType.COSINE, trainer_utils.HubStrategy.END, transformers.training_args.OptimizerNames.ADAMW_TORCH]
    yield "predictions", [trainer_utils.PredictionOutput(np.zeros(2), np.zeros(2), {"a": 0.1}), trainer_utils.EvalPrediction(np.zeros(2), np.zeros(2))]
    for name in ("BertConfig", "GPT2Config", "LlamaConfig", "T5Config", "ViTConfig", "WhisperConfig", "CLIPConfig", "GenerationConfig", "Qwen2Config", "DistilBertConfig", "RobertaConfig"):
        yield f"config-{name}", getattr(transformers, name)()
    tiny = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 11, "max_position_embeddings": 8}
    yield "bert", transformers.BertForSequenceClassification(transformers.BertConfig(**tiny))
    yield "gpt2", transformers.GPT2LMHeadModel(transformers.GPT2Config(n_embd=8, n_layer=1, n_head=2, vocab_size=11, n_positions=8))
    yield "llama", transformers.LlamaForCausalLM(transformers.LlamaConfig(num_key_value_heads=2, **tiny))
    yield "distilbert", transformers.DistilBertModel(transformers.DistilBertConfig(vocab_size=11, dim=8, n_layers=1, n_heads=2, hidden_dim=8))
    yield "t5", transformers.T5ForConditionalGeneration(transformers.T5Config(vocab_size=11, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2))
    yield "vit", transformers.ViTForImageClassification(transformers.ViTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, image_size=8, patch_size=4))
    yield "encoding", transformers.BatchEncoding({"input_ids": [[1, 2]]})
    yield "feature", transformers.BatchFeature({"x": torch.zeros(2)})
    yield "output", transformers.modeling_outputs.BaseModelOutput(last_hidden_state=torch.zeros(1, 2))
    words = tokenizer()
    yield "tokenizer", words
    yield "tokenizer-fast", transformers.PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]")
    yield "collators", [transformers.default_data_collator, transformers.DataCollatorWithPadding(transformers.PreTrainedTokenizerFast(tokenizer_object=words))]


def tokenizer():
    import tokenizers

    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0, "a": 1, "[PAD]": 2}, unk_token="[UNK]"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    words.normalizer = tokenizers.normalizers.Lowercase()
    return words


def accelerated():
    import accelerate
    import peft
    from accelerate.utils import dataclasses

    yield "lora-config", [peft.LoraConfig(r=2, target_modules=["q"]), peft.PromptTuningConfig(num_virtual_tokens=2), peft.LoraConfig(task_type="CAUSAL_LM")]
    yield "lora-model", peft.get_peft_model(nn.Sequential(collections.OrderedDict(q=nn.Linear(4, 4))), peft.LoraConfig(r=2, target_modules=["q"]))
    yield "plugins", [dataclasses.DistributedType.NO, accelerate.DataLoaderConfiguration(), dataclasses.ProjectConfiguration(), dataclasses.PrecisionType.FP16]


def lightning_objects():
    import lightning
    from lightning.pytorch import callbacks

    yield "callbacks", [callbacks.ModelCheckpoint(monitor="loss"), callbacks.EarlyStopping("loss"), callbacks.LearningRateMonitor(), callbacks.TQDMProgressBar()]
    yield "attributes", lightning.fabric.utilities.data.AttributeDict(lr=0.1)
    yield "checkpoint", {
        "epoch": 0, "global_step": 1, "pytorch-lightning_version": lightning.__version__, "state_dict": nn.Linear(2, 2).state_dict(), "loops": {},
        "callbacks": {"EarlyStopping{}": callbacks.EarlyStopping("loss").state_dict()}, "optimizer_states": [], "lr_schedulers": [],
        "hparams_name": "kwargs", "hyper_parameters": lightning.fabric.utilities.data.AttributeDict(lr=0.1, path=pathlib.Path("x")),
    }


def configurations():
    import omegaconf

    config = omegaconf.OmegaConf.create({"a": 1, "b": [1, "x"], "c": {"d": None, "e": "${a}"}, "lr": 0.1})
    yield "omegaconf", config
    yield "omegaconf-list", omegaconf.OmegaConf.create([1, {"a": 2}])
    yield "checkpoint", {"state_dict": nn.Linear(2, 2).state_dict(), "hyper_parameters": {"cfg": config}}
    yield "arguments", {"args": argparse.Namespace(arch="resnet", lr=0.1), "epoch": 1, "state_dict": nn.Linear(2, 2).state_dict(), "best_acc1": torch.tensor(1.0)}


def measures():
    import torchmetrics

    yield "metrics", [
        torchmetrics.Accuracy("binary"), torchmetrics.MeanSquaredError(), torchmetrics.F1Score("multiclass", num_classes=3), torchmetrics.MeanMetric(), torchmetrics.AUROC("binary"),
        torchmetrics.MetricCollection([torchmetrics.MeanSquaredError()]), torchmetrics.ConfusionMatrix("binary"),
    ]


def vision():
    import timm
    import torchvision

    yield "resnet18", torchvision.models.resnet18()
    yield "mobilenet", torchvision.models.mobilenet_v3_small()
    yield "vgg", torchvision.models.squeezenet1_1()
    yield "efficientnet", torchvision.models.efficientnet_b0()
    yield "vit", torchvision.models.VisionTransformer(8, 4, 1, 2, 8, 8)
    yield "convnext", torchvision.models.convnext.ConvNeXt([torchvision.models.convnext.CNBlockConfig(4, None, 1)])
    yield "shufflenet", torchvision.models.shufflenet_v2_x0_5()
    yield "swin", torchvision.models.swin_transformer.SwinTransformer([4, 4], 8, [1], [2], [2, 2])
    yield "detection", torchvision.models.detection.ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None)
    yield "segmentation", torchvision.models.segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None)
    transforms = torchvision.transforms
    yield "transforms", transforms.Compose([transforms.Resize(8), transforms.ToTensor(), transforms.Normalize([0.5], [0.5]), transforms.RandomHorizontalFlip(), transforms.CenterCrop(4)])
    v2 = transforms.v2
    yield "transforms-v2", v2.Compose([v2.Resize(8), v2.ToDtype(torch.float32, scale=True), v2.RandomCrop(4), v2.ColorJitter(0.1)])
    yield "tensors", [torchvision.tv_tensors.Image(torch.zeros(3, 2, 2)), torchvision.tv_tensors.BoundingBoxes(torch.zeros(1, 4), format="XYXY", canvas_size=(2, 2))]
    for name in ("vit_tiny_patch16_224", "resnet10t", "efficientnet_lite0", "convnext_atto", "mobilenetv3_small_050", "swin_tiny_patch4_window7_224", "mixer_s32_224"):
        yield f"timm-{name}", timm.create_model(name, pretrained=False)


def sounds():
    import torchaudio

    yield "transforms", [torchaudio.transforms.MelSpectrogram(n_fft=64, n_mels=8), torchaudio.transforms.MFCC(melkwargs={"n_fft": 64, "n_mels": 8}, n_mfcc=4), torchaudio.transforms.Resample()]


def words():
    import gensim

    texts = [["human", "interface"], ["graph", "trees", "human"], ["graph", "minors"]] * 5
    yield "word2vec", gensim.models.Word2Vec(texts, vector_size=4, min_count=1, epochs=1)
    yield "fasttext", gensim.models.FastText(texts, vector_size=4, min_count=1, epochs=1, bucket=10)
    yield "doc2vec", gensim.models.Doc2Vec([gensim.models.doc2vec.TaggedDocument(t, [i]) for i, t in enumerate(texts)], vector_size=4, min_count=1, epochs=1)
    vocabulary = gensim.corpora.Dictionary(texts)
    yield "dictionary", vocabulary
    bags = [vocabulary.doc2bow(t) for t in texts]
    yield "lda", gensim.models.LdaModel(bags, 2, vocabulary, random_state=1)
    yield "tfidf", gensim.models.TfidfModel(bags)
    yield "lsi", gensim.models.LsiModel(bags, vocabulary, 2)
    yield "phrases", gensim.models.phrases.Phrases(texts)
    yield "phraser", gensim.models.phrases.Phrases(texts).freeze()
    yield "vectors", gensim.models.Word2Vec(texts, vector_size=4, min_count=1, epochs=1).wv
    yield "bm25", gensim.models.OkapiBM25Model(bags)
    yield "hdp", gensim.models.HdpModel(bags, vocabulary)


def languages():
    import nltk

    yield "stemmers", [nltk.PorterStemmer(), nltk.SnowballStemmer("english"), nltk.LancasterStemmer()]
    yield "tokenizers", [nltk.RegexpTokenizer(r"\w+"), nltk.TreebankWordTokenizer(), nltk.WordPunctTokenizer(), nltk.TweetTokenizer()]
    yield "frequencies", [nltk.FreqDist("aab"), nltk.ConditionalFreqDist([("a", 1)])]
    yield "classifier", nltk.NaiveBayesClassifier.train([({"a": 1}, "x"), ({"a": 2}, "y")])
    yield "tagger", [nltk.DefaultTagger("NN"), nltk.UnigramTagger([[("a", "b")]]), nltk.BigramTagger([[("a", "b")]], backoff=nltk.DefaultTagger("NN"))]
    yield "models", [nltk.lm.MLE(2), nltk.lm.Vocabulary(["a", "b"], 1), nltk.Tree("S", ["a"]), nltk.lm.Laplace(2)]
    yield "lemmatizer", nltk.WordNetLemmatizer()


def detectors():
    """Yields what ultralytics writes: a dict with its own module."""
    import ultralytics

    model = ultralytics.nn.tasks.DetectionModel("yolov8n.yaml", verbose=False)
    yield "yolov8", {"epoch": 1, "model": model, "ema": None, "optimizer": None, "train_args": {"lr": 0.1}, "date": "2024-01-01", "version": "8.0.0"}
    for name in ("yolov8n-seg", "yolov8n-pose", "yolov8n-obb", "yolov8n-cls", "yolo11n", "yolo12n", "rtdetr-l", "yolov8n-world", "yolov5nu", "yolov9t", "yolov10n"):
        kind = {"seg": "SegmentationModel", "pose": "PoseModel", "obb": "OBBModel", "cls": "ClassificationModel", "l": "RTDETRDetectionModel", "world": "WorldModel"}
        network = getattr(ultralytics.nn.tasks, kind.get(name.rpartition("-")[2], "DetectionModel"))(f"{name.replace('5nu', '5n')}.yaml", verbose=False)
        network.args = ultralytics.utils.IterableSimpleNamespace(lr0=0.01, task="detect")
        yield name, {"epoch": -1, "model": network.half(), "train_args": {"data": "coco.yaml", "lr0": 0.01}, "train_metrics": {"fitness": 0.5}, "version": ultralytics.__version__}
    yield "yolov8-half", {"model": model.half(), "train_args": ultralytics.utils.IterableSimpleNamespace(lr=0.1)}


def sentences():
    import sentence_transformers
    from sentence_transformers import models

    yield "pooling", sentence_transformers.SentenceTransformer(modules=[models.BoW(["a", "b"])], device="cpu")
    yield "layers", [models.Dense(4, 4), models.Normalize(), models.WordWeights(["a"], {"a": 1.0})]


EVERY = (
    transformers_objects, accelerated, lightning_objects, configurations, measures, vision, sounds, words, languages, detectors, sentences,
)


def make(corpus):
    for _, _, name, value in corpus.each(*EVERY):
        corpus.torch(name, value, clean=False)
        corpus.pickles(name, value, (2, 4), clean=False)
        for number, item in enumerate(value if isinstance(value, list) else []):
            corpus.torch(f"{name}-{number}", item, clean=False)
        if isinstance(value, nn.Module):
            corpus.torch(f"{name}-state", value.state_dict(), clean=True)
