"""What trainers leave beside the weights: their arguments, and checkpoints as Trainer, accelerate and Lightning write them."""

import argparse
import collections
import contextlib
import importlib
import os
import pathlib
import random
import tempfile

import numpy as np
import torch
from torch import nn

# Keywords that many people give, under the names that they had in some version. Those that a version does not know are left out.
USUAL = {
    "num_train_epochs": 3, "per_device_train_batch_size": 8, "per_gpu_train_batch_size": None, "evaluation_strategy": "epoch", "eval_strategy": "epoch", "save_strategy": "epoch",
    "logging_strategy": "steps", "lr_scheduler_type": "cosine", "fp16": False, "optim": "adamw_torch", "hub_strategy": "every_save", "load_best_model_at_end": True, "report_to": ["tensorboard"],
    "group_by_length": True, "label_smoothing_factor": 0.1, "sharded_ddp": "", "fsdp": "", "gradient_checkpointing": True, "gradient_checkpointing_kwargs": {"use_reentrant": False},
    "lr_scheduler_kwargs": {"num_cycles": 1}, "warmup_ratio": 0.1, "neftune_noise_alpha": 5, "metric_for_best_model": "f1", "optim_args": "a=1",
}

# Classes derived from TrainingArguments, by module.
DERIVED = {
    "trl": "SFTConfig DPOConfig PPOConfig PPOv2Config RLOOConfig GRPOConfig RewardConfig ORPOConfig KTOConfig CPOConfig BCOConfig OnlineDPOConfig XPOConfig NashMDConfig GKDConfig PRMConfig "
    "IterativeSFTConfig AlignPropConfig DDPOConfig ModelConfig ScriptArguments",
    "setfit": "TrainingArguments",
    "sentence_transformers": "SentenceTransformerTrainingArguments",
    "sentence_transformers.cross_encoder": "CrossEncoderTrainingArguments",
    "sentence_transformers.sparse_encoder": "SparseEncoderTrainingArguments",
    "optimum.onnxruntime": "ORTTrainingArguments",
    "adapters": "Seq2SeqAdapterTrainingArguments",
}


def fitting(cls, wanted):
    """Returns the keywords that a data class has."""
    fields = getattr(cls, "__dataclass_fields__", {})
    return {name: value for name, value in wanted.items() if name in fields}


def made(cls, wanted, **more):
    """Returns an instance with as many of the keywords as the version takes."""
    keywords = {**fitting(cls, wanted), **fitting(cls, more)}
    while True:
        try:
            return cls(**keywords)
        except Exception:
            if not keywords:
                raise
            keywords.popitem()


def arguments():
    import transformers

    quiet = {"output_dir": "out", "use_cpu": True, "no_cuda": True}
    for name in ("TrainingArguments", "Seq2SeqTrainingArguments"):
        cls = getattr(transformers, name, None)
        if cls is not None:
            yield name, made(cls, quiet)
            yield f"{name}-usual", made(cls, {**quiet, **{name: value for name, value in USUAL.items() if value is not None}})
            yield f"{name}-steps", made(cls, {**quiet, "evaluation_strategy": "steps", "eval_strategy": "steps", "lr_scheduler_type": "constant_with_warmup", "optim": "adafactor", "hub_strategy": "end"})
            yield f"{name}-used", used(made(cls, quiet))


def used(arguments):
    """Returns arguments whose device was asked for, as a Trainer does."""
    for name in ("device", "n_gpu", "train_batch_size", "parallel_mode"):
        getattr(arguments, name, None)
    return arguments


def derived():
    for module, names in DERIVED.items():
        with contextlib.suppress(Exception):
            home = importlib.import_module(module)
            for name in names.split():
                with contextlib.suppress(Exception):  # a version that lacks it, or wants a device
                    cls = getattr(home, name)
                    usual = {"output_dir": "out", "use_cpu": True, "bf16": False, "fp16": False, "report_to": []}
                    yield f"{module}-{name}", made(cls, usual)
                    usual.update(batch_sampler="no_duplicates", multi_dataset_batch_sampler="round_robin", lr_scheduler_type="cosine", eval_strategy="steps", loss_type="hinge")
                    yield f"{module}-{name}-usual", used(made(cls, usual))


class Numbers(torch.utils.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, at):
        return {"input_ids": torch.tensor([at, 1]), "labels": torch.tensor(at % 2)}


def trained(folder):
    """Trains a small model for two steps, with a checkpoint."""
    import transformers

    tiny = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 11, "max_position_embeddings": 8}
    model = transformers.BertForSequenceClassification(transformers.BertConfig(**tiny))
    keywords = {"output_dir": folder, "max_steps": 2, "save_steps": 1, "use_cpu": True, "no_cuda": True, "report_to": [], "disable_tqdm": True, "lr_scheduler_type": "cosine", "save_safetensors": False}
    trainer = transformers.Trainer(model=model, args=made(transformers.TrainingArguments, keywords), train_dataset=Numbers())
    trainer.train()
    trainer.save_model(os.path.join(folder, "last"))


def accelerated(folder):
    """Writes a state by accelerate, with an optimizer, a schedule and an object of the user's."""
    import accelerate

    accelerator = accelerate.Accelerator(cpu=True)
    model = nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
    loader = torch.utils.data.DataLoader(Numbers(), batch_size=2)
    accelerator.prepare(model, optimizer, loader)
    accelerator.register_for_checkpointing(schedule)
    accelerator.save_state(os.path.join(folder, "state"), safe_serialization=False)


def distributed(folder):
    """Writes a checkpoint of torch.distributed. The pickle of what is where is kept, not the tensors: archives in a row."""
    from torch.distributed import checkpoint

    model = nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.zeros(1, 2)).sum().backward()
    optimizer.step()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "arguments": {"lr": 0.1}}
    writer = checkpoint.FileSystemWriter(os.path.join(folder, "dcp"))
    save = getattr(checkpoint, "save", None)
    if save:
        save(state, storage_writer=writer)
    else:
        checkpoint.save_state_dict(state, writer, no_dist=True)


def sharded():
    """Yields what DeepSpeed and Megatron-LM put into their checkpoints, as engine.py and checkpointing.py put it together."""
    weights = nn.Linear(2, 2).state_dict()
    arguments = argparse.Namespace(lr=0.1, params_dtype=torch.float16, fp16=True, num_layers=2)
    with contextlib.suppress(ImportError):
        from deepspeed.runtime.fp16 import loss_scaler
        from deepspeed.runtime.zero.config import ZeroStageEnum
        from deepspeed.utils.tensor_fragment import fragment_address

        for name, scaler in (("static", loss_scaler.LossScaler(1.0)), ("dynamic", loss_scaler.DynamicLossScaler(2**16, 2, 1000, 1.0, 2, False, torch.float16))):
            optimizer = {"loss_scaler": scaler, "dynamic_loss_scale": name == "dynamic", "overflow": False, "zero_stage": ZeroStageEnum.optimizer_states, "partition_count": 1}
            optimizer["base_optimizer_state"] = {"state": {0: {"exp_avg": torch.zeros(4)}}, "param_groups": [{"lr": 0.1, "betas": (0.9, 0.999)}]}
            optimizer["param_slice_mappings"] = [collections.OrderedDict(a=fragment_address(numel=4, start=0))]
            yield f"zero-{name}", {"optimizer_state_dict": optimizer, "ds_config": {"zero_optimization": {"stage": 1}}, "ds_version": "0.12.6"}
    yield "model-states", {
        "module": weights, "buffer_names": [], "optimizer": None, "param_shapes": [collections.OrderedDict(a=torch.Size([2, 2]))], "shared_params": {}, "lr_scheduler": {"last_batch_iteration": 1},
        "data_sampler": None, "random_ltd": None, "sparse_tensor_module_names": set(), "skipped_steps": 0, "global_steps": 1, "dp_world_size": 1, "mp_world_size": 1, "args": arguments,
        "rng_states": {"random_rng_state": random.getstate(), "np_rng_state": np.random.get_state(), "torch_rng_state": torch.get_rng_state()}, "client_state": {}, "ds_config": {"a": 1}, "ds_version": "0.12.6",
    }
    with contextlib.suppress(ImportError):
        from megatron.core.enums import ModelType

        arguments.model_type = ModelType.encoder_or_decoder
    yield "megatron", {"args": arguments, "checkpoint_version": 3.0, "iteration": 1, "model": weights, "opt_param_scheduler": {"max_lr": 0.1}, "rng_state": [{"random_rng_state": random.getstate(), "rng_tracker_states": {}}]}


def lit(folder):
    """Trains a module of Lightning, with callbacks, hyperparameters and a schedule."""
    pl = None
    for name in ("lightning.pytorch", "pytorch_lightning"):
        with contextlib.suppress(ImportError):
            pl = pl or importlib.import_module(name)

    class Lit(pl.LightningModule):
        def __init__(self, lr=0.1, path=pathlib.Path("x"), layers=(1, 2), **rest):
            super().__init__()
            self.save_hyperparameters()
            self.layer = nn.Linear(2, 2)

        def training_step(self, batch, _):
            loss = self.layer(batch["input_ids"].float()).sum()
            self.log("loss", loss)
            return loss

        def configure_optimizers(self):
            optimizer = torch.optim.Adam(self.parameters())
            return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 1)]

    callbacks = [pl.callbacks.EarlyStopping("loss"), pl.callbacks.ModelCheckpoint(folder, monitor="loss", save_last=True), pl.callbacks.LearningRateMonitor()]
    keywords = {"max_epochs": 2, "default_root_dir": folder, "callbacks": callbacks, "logger": True, "enable_progress_bar": False, "progress_bar_refresh_rate": 0}
    while True:
        try:
            trainer = pl.Trainer(**keywords)
            break
        except Exception:  # what this version does not take
            keywords.popitem()
    trainer.fit(Lit(notes={"a": 1}, name="b"), torch.utils.data.DataLoader(Numbers(), batch_size=4))
    trainer.save_checkpoint(os.path.join(folder, "end.ckpt"))


def files(corpus, write):
    """Keeps what a trainer writes into a folder, by the names that it gives."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            write(folder)
        except Exception as problem:
            corpus.refused.append(f"{corpus.group}/{write.__name__}: {problem!r}")
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file() and path.suffix not in (".json", ".yaml", ".txt", ".safetensors", ".md", ".distcp") and "tfevents" not in path.name:
                corpus.bytes(f"{write.__name__}/{path.relative_to(folder)}", path.read_bytes(), clean=False)


def make(corpus):
    for _, _, name, value in corpus.each(arguments, derived, sharded):
        corpus.torch(name, value, clean=False)
        corpus.pickles(name, value, (2,), clean=False)
    for write in (trained, accelerated, distributed, lit):
        files(corpus, write)
