"""What people save of agents and of fastai's learners, in old and new versions of their libraries."""

import contextlib
import importlib.util
import io
import os
import pathlib
import tempfile

import numpy as np
from torch import nn

RNG = np.random.RandomState(0)


def spaces():
    """Yields the spaces of gym, which old agents keep."""
    import gym

    s = gym.spaces
    yield "box", s.Box(0, 1, (2,))
    yield "image", s.Box(0, 255, (2, 2, 3), np.uint8)
    yield "discrete", s.Discrete(3)
    yield "multi", [s.MultiDiscrete([2, 3]), s.MultiBinary(2)]
    yield "dict", s.Dict({"a": s.Box(-1, 1, (2,)), "b": s.Discrete(2)})
    yield "tuple", s.Tuple([s.Discrete(2), s.Box(0, 1, (1,))])
    seeded = s.Box(0, 1, (2,))
    seeded.seed(1)
    seeded.sample()
    yield "seeded", seeded
    with contextlib.suppress(AttributeError):
        yield "text", s.Text(3)
    yield "spec", gym.spec("CartPole-v1")


def contributed():
    """Yields agents of sb3-contrib, over gym or gymnasium."""
    import sb3_contrib

    for name, world in (("TRPO", "CartPole-v1"), ("QRDQN", "CartPole-v1"), ("TQC", "Pendulum-v1"), ("ARS", "CartPole-v1"), ("RecurrentPPO", "CartPole-v1"), ("CrossQ", "Pendulum-v1")):
        with contextlib.suppress(AttributeError):
            options = {"policy": "MlpLstmPolicy"} if name == "RecurrentPPO" else {"policy": "MlpPolicy"}
            options.update({"buffer_size": 10} if name in ("QRDQN", "TQC", "CrossQ") else {})
            yield name, getattr(sb3_contrib, name)(env=world, **options)


def baselines():
    import stable_baselines3 as sb3

    for name, world in (("PPO", "CartPole-v1"), ("A2C", "CartPole-v1"), ("DQN", "CartPole-v1"), ("SAC", "Pendulum-v1"), ("TD3", "Pendulum-v1")):
        options = {} if name in ("PPO", "A2C") else {"buffer_size": 10}
        yield name, getattr(sb3, name)("MlpPolicy", world, **options)
    agent = sb3.DQN("MlpPolicy", "CartPole-v1", buffer_size=10)
    yield "replay", agent.replay_buffer
    with contextlib.suppress(Exception):
        from stable_baselines3.common.env_util import make_vec_env
        from stable_baselines3.common.vec_env import VecNormalize

        yield "normalized", VecNormalize(make_vec_env("CartPole-v1"))


def buffers():
    import tianshou
    from tianshou.data import Batch, ReplayBuffer, VectorReplayBuffer

    yield "batch", Batch(obs=np.zeros(2), info={"a": 1})
    yield "buffer", ReplayBuffer(4)
    yield "vector", VectorReplayBuffer(4, 2)
    with contextlib.suppress(Exception):
        yield "statistics", tianshou.utils.RunningMeanStd()


def offline():
    import d3rlpy

    episodes = d3rlpy.dataset.MDPDataset(RNG.rand(20, 3).astype("float32"), RNG.rand(20, 1).astype("float32"), RNG.rand(20), np.arange(20) % 10 == 9)
    learner = d3rlpy.algos.CQLConfig().create(device="cpu:0")
    learner.build_with_dataset(episodes)
    with tempfile.TemporaryDirectory() as folder:
        for name, save in (("model.pt", "save_model"), ("all.d3", "save")):
            getattr(learner, save)(os.path.join(folder, name))
            yield name.replace(".", "-"), pathlib.Path(folder, name).read_bytes()


def vision():
    from fastai.vision import all as fv
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for label in ("cat", "dog"):
            (root / label).mkdir()
            for number in range(10):
                Image.fromarray(RNG.randint(0, 255, (64, 64, 3)).astype("uint8")).save(root / label / f"{number}.png")
        loaders = fv.ImageDataLoaders.from_folder(root, valid_pct=0.2, bs=4, item_tfms=fv.Resize(64), batch_tfms=fv.aug_transforms(size=64), num_workers=0)
        learn = first(fv, "vision_learner", "cnn_learner")(loaders, fv.squeezenet1_1, pretrained=False, metrics=fv.error_rate)
        yield "squeezenet", exported(learn)
        with learn.no_bar(), learn.no_logging():
            learn.fit_one_cycle(1)
        yield "squeezenet-trained", exported(learn)
        block = fv.DataBlock((fv.ImageBlock, fv.CategoryBlock), get_items=fv.get_image_files, get_y=fv.parent_label, splitter=fv.RandomSplitter(seed=1), item_tfms=[fv.Resize(64)], batch_tfms=fv.aug_transforms())
        learn = first(fv, "vision_learner", "cnn_learner")(block.dataloaders(root, bs=4, num_workers=0), fv.squeezenet1_1, pretrained=False, metrics=[fv.accuracy, fv.error_rate])
        yield "block", exported(learn)
        block = fv.DataBlock((fv.ImageBlock, fv.MultiCategoryBlock), get_items=fv.get_image_files, get_y=fv.Pipeline([fv.parent_label, fv.L]), splitter=fv.RandomSplitter(seed=1), item_tfms=[fv.RandomResizedCrop(64, min_scale=0.5)])
        learn = first(fv, "vision_learner", "cnn_learner")(block.dataloaders(root, bs=4, num_workers=0), fv.squeezenet1_1, pretrained=False, metrics=[fv.accuracy_multi])
        yield "multi", exported(learn)
        loaders = fv.SegmentationDataLoaders.from_label_func(root, fv.get_image_files(root), label_func=fv.noop, codes=["a", "b"], bs=2, num_workers=0, item_tfms=fv.Resize(64))
        yield "mask", exported(fv.Learner(loaders, nn.Conv2d(3, 2, 1), loss_func=fv.CrossEntropyLossFlat(axis=1), metrics=fv.DiceMulti() if hasattr(fv, "DiceMulti") else fv.Dice()))


def first(module, *names):
    return next(getattr(module, name) for name in names if hasattr(module, name))


def tables():
    import pandas as pd
    from fastai.collab import CollabDataLoaders, collab_learner
    from fastai.tabular import all as ft

    frame = pd.DataFrame(RNG.rand(60, 2), columns=list("ab")).assign(k=list("xyz") * 20, y=["p", "q"] * 30)
    processes = [ft.Categorify, ft.FillMissing, ft.Normalize]
    loaders = ft.TabularDataLoaders.from_df(frame, procs=processes, cat_names=["k"], cont_names=list("ab"), y_names="y", y_block=ft.CategoryBlock(), bs=8)
    learn = ft.tabular_learner(loaders, layers=[4], metrics=ft.accuracy)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(1)
    yield "tabular", exported(learn)
    loaders = ft.TabularPandas(frame, processes, ["k"], ["a"], y_names="b", splits=ft.RandomSplitter(seed=1)(ft.range_of(frame))).dataloaders(bs=8)
    yield "regression", exported(ft.tabular_learner(loaders, layers=[4], metrics=ft.rmse, y_range=(0, 1)))
    ratings = pd.DataFrame({"user": ["a", "b", "c"] * 20, "item": ["x", "y"] * 30, "rating": RNG.rand(60)})
    loaders = CollabDataLoaders.from_df(ratings, bs=8)
    yield "collab", exported(collab_learner(loaders, n_factors=4, y_range=(0, 5.5)))
    yield "collab-net", exported(collab_learner(loaders, use_nn=True, layers=[4], y_range=(0, 5.5)))


def texts():
    import pandas as pd
    from fastai.text import all as fx

    small = {"emb_sz": 8, "n_hid": 8}
    frame = pd.DataFrame({"text": ["a b c d", "c d e f"] * 20, "label": ["p", "q"] * 20})
    loaders = fx.TextDataLoaders.from_df(frame, text_col="text", label_col="label", bs=4, seq_len=8, num_workers=0)
    yield "classifier", exported(fx.text_classifier_learner(loaders, fx.AWD_LSTM, pretrained=False, metrics=fx.accuracy, config={**fx.awd_lstm_clas_config, **small}))
    loaders = fx.TextDataLoaders.from_df(frame, text_col="text", is_lm=True, bs=4, seq_len=4, num_workers=0)
    yield "language", exported(fx.language_model_learner(loaders, fx.AWD_LSTM, pretrained=False, metrics=[fx.accuracy, fx.Perplexity()], config={**fx.awd_lstm_lm_config, **small}))


def exported(learner):
    """Returns what a learner's export writes."""
    with tempfile.TemporaryDirectory() as folder:
        learner.path = pathlib.Path(folder)
        learner.export("export.pkl")
        return (learner.path / "export.pkl").read_bytes()


def rllib(folder):
    """Writes a checkpoint of RLlib, of the old interface and of the new one."""
    from ray.rllib.algorithms.ppo import PPOConfig

    for name in ("old", "new"):
        config = PPOConfig().environment("CartPole-v1")
        config = config.training(train_batch_size=128)
        if name == "old":
            config = config.api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        with contextlib.suppress(AttributeError):
            config = config.env_runners(num_env_runners=0)
        algorithm = config.build()
        algorithm.save(os.path.join(folder, name))
        algorithm.stop()


EVERY = (spaces, contributed, baselines, buffers, offline, vision, tables, texts)


def make(corpus):
    for _, _, name, value in corpus.each(*EVERY):
        if isinstance(value, bytes):
            corpus.bytes(f"{name}.pkl", value, clean=False)
        elif hasattr(value, "policy") and hasattr(value, "save"):
            saved(corpus, name, value)
        else:
            for number, item in enumerate(value if isinstance(value, list) else [value]):
                corpus.pickles(f"{name}-{number}", item, (2, 4), clean=False)
    if importlib.util.find_spec("ray"):
        from training_kinds import files

        files(corpus, rllib)


def saved(corpus, name, agent):
    """Writes an agent as its save method does."""
    out = io.BytesIO()
    agent.save(out)
    corpus.bytes(f"{name}.zip", out.getvalue(), clean=False)
