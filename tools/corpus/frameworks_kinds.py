"""What agents, learners, forecasters and detectors of smaller libraries save."""

import io
import pathlib
import tempfile

import numpy as np

RNG = np.random.RandomState(0)
FEATURES = RNG.rand(60, 4)
LABELS = (FEATURES[:, 0] > 0.5).astype(int)
TARGETS = FEATURES @ [1.0, 2, 3, 4]


def agents():
    import gymnasium
    import stable_baselines3 as sb3
    from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack, VecNormalize

    for name, world in (("PPO", "CartPole-v1"), ("A2C", "CartPole-v1"), ("DQN", "CartPole-v1"), ("SAC", "Pendulum-v1"), ("TD3", "Pendulum-v1"), ("DDPG", "Pendulum-v1")):
        options = {} if name in ("PPO", "A2C") else {"buffer_size": 10}
        yield name, getattr(sb3, name)("MlpPolicy", world, **options)
    yield "normalized", VecNormalize(DummyVecEnv([lambda: gymnasium.make("CartPole-v1")]))
    yield "stacked", VecFrameStack(DummyVecEnv([lambda: gymnasium.make("CartPole-v1")]), 2)
    spaces = gymnasium.spaces
    yield "spaces", [spaces.Box(0, 1, (2,)), spaces.Discrete(3), spaces.Dict(a=spaces.MultiBinary(2)), spaces.Tuple([spaces.MultiDiscrete([2, 3])]), spaces.Text(3)]


def learners():
    import pandas as pd
    from fastai.tabular import all as tabular
    from fastai.vision import all as vision

    frame = pd.DataFrame(FEATURES, columns=list("abcd")).assign(k=list("xyz") * 20, y=LABELS)
    processes = [tabular.Categorify, tabular.FillMissing, tabular.Normalize]
    loaders = tabular.TabularDataLoaders.from_df(frame, procs=processes, cat_names=["k"], cont_names=list("abcd"), y_names="y", y_block=tabular.CategoryBlock(), bs=8)
    yield "tabular", exported(tabular.tabular_learner(loaders, layers=[4], metrics=tabular.accuracy))
    yield "tensors", [vision.TensorImage(np.zeros((3, 2, 2))), vision.TensorCategory(1), vision.TensorBase(1.0)]
    yield "learner", exported(vision.Learner(loaders, vision.nn.Linear(4, 2), loss_func=vision.CrossEntropyLossFlat(), metrics=vision.accuracy))


def exported(learner):
    """Returns what a learner's export writes."""
    learner.path = pathlib.Path(tempfile.mkdtemp())
    learner.export("learner.pkl")
    return (learner.path / "learner.pkl").read_bytes()


def forecasters():
    import pandas as pd
    from sktime.classification.interval_based import TimeSeriesForestClassifier
    from sktime.forecasting import compose, naive, theta, trend
    from sktime.transformations.series import boxcox, detrend, difference

    series = pd.Series(RNG.rand(48).cumsum() + 1, pd.period_range("2020-01", periods=48, freq="M"))
    for forecaster in (naive.NaiveForecaster(), theta.ThetaForecaster(), trend.PolynomialTrendForecaster(), trend.TrendForecaster(), compose.EnsembleForecaster([("a", naive.NaiveForecaster())])):
        yield type(forecaster).__name__, forecaster.fit(series, fh=[1, 2])
    yield "pipeline", compose.TransformedTargetForecaster([("d", detrend.Detrender()), ("f", naive.NaiveForecaster())]).fit(series, fh=[1])
    yield "transformers", [boxcox.BoxCoxTransformer().fit(series), difference.Differencer().fit(series)]
    yield "classifier", TimeSeriesForestClassifier(3).fit(RNG.rand(20, 1, 12), np.arange(20) % 2)


def prophets():
    import pandas as pd
    import prophet

    yield "unfitted", prophet.Prophet()
    days = pd.DataFrame({"ds": pd.date_range("2020-01-01", periods=60), "y": RNG.rand(60)})
    yield "fitted", prophet.Prophet(weekly_seasonality=False, yearly_seasonality=False).fit(days)


def outliers():
    from pyod.models import abod, cblof, copod, ecod, hbos, iforest, kde, knn, lof, mcd, ocsvm, pca

    for model in (abod.ABOD(), cblof.CBLOF(n_clusters=8, check_estimator=False), copod.COPOD(), ecod.ECOD(), hbos.HBOS(), iforest.IForest(n_estimators=3), kde.KDE(), knn.KNN(), lof.LOF(), mcd.MCD(), ocsvm.OCSVM(), pca.PCA()):
        yield type(model).__name__, model.fit(FEATURES)


def streams():
    from river import anomaly, cluster, compose, ensemble, linear_model, metrics, naive_bayes, optim, preprocessing, stats, tree

    rows = [({"a": float(a), "b": float(b)}, bool(y)) for (a, b), y in zip(FEATURES[:, :2], LABELS)]
    for model in (
        compose.Pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()), tree.HoeffdingTreeClassifier(), naive_bayes.GaussianNB(),
        ensemble.ADWINBaggingClassifier(linear_model.LogisticRegression(), 3), linear_model.LogisticRegression(optimizer=optim.Adam()), tree.HoeffdingAdaptiveTreeClassifier(),
    ):
        for x, y in rows:
            model.learn_one(x, y)
        yield type(model).__name__, model
    yield "others", [metrics.Accuracy(), stats.Mean(), anomaly.HalfSpaceTrees(), cluster.KMeans()]


def survivals():
    import lifelines
    import pandas as pd

    frame = pd.DataFrame({"a": FEATURES[:, 0], "T": FEATURES[:, 1] + 0.1, "E": LABELS})
    yield "KaplanMeier", lifelines.KaplanMeierFitter().fit(frame["T"], frame["E"])
    yield "Cox", lifelines.CoxPHFitter().fit(frame, "T", "E")
    yield "Weibull", lifelines.WeibullFitter().fit(frame["T"], frame["E"])


def neighbours():
    import pynndescent
    import umap

    yield "UMAP", umap.UMAP(n_neighbors=5, random_state=0).fit(FEATURES)
    yield "UMAP-supervised", umap.UMAP(n_neighbors=5, metric="cosine", random_state=0).fit(FEATURES, LABELS)
    yield "NNDescent", pynndescent.NNDescent(FEATURES, n_neighbors=5)


def networks():
    import skorch
    import torch

    for name in ("NeuralNetClassifier", "NeuralNetRegressor"):
        targets = LABELS if "Classifier" in name else TARGETS[:, None].astype("float32")
        model = torch.nn.Sequential(torch.nn.Linear(4, 2 if "Classifier" in name else 1))
        yield name, getattr(skorch, name)(model, max_epochs=1, verbose=0).fit(FEATURES.astype("float32"), targets)


def stacks():
    from mlxtend.classifier import EnsembleVoteClassifier, StackingClassifier
    from mlxtend.feature_selection import SequentialFeatureSelector
    from sklearn.linear_model import LogisticRegression

    yield "stack", StackingClassifier([LogisticRegression()], LogisticRegression()).fit(FEATURES, LABELS)
    yield "vote", EnsembleVoteClassifier([LogisticRegression()]).fit(FEATURES, LABELS)
    yield "selector", SequentialFeatureSelector(LogisticRegression(), cv=2).fit(FEATURES, LABELS)


def texts():
    import spacy

    words = spacy.blank("en")
    words.add_pipe("sentencizer")
    yield "document", words("a b. c")
    yield "strings", words.vocab.strings
    yield "vocabulary", words.vocab


def frames():
    import datasets
    import polars
    import pyarrow

    yield "polars", [polars.DataFrame({"a": [1, 2], "b": ["x", None]}), polars.Series([1.0]), polars.Int64, polars.col("a")]
    yield "pyarrow", [pyarrow.table({"a": [1, 2]}), pyarrow.array(["x"]), pyarrow.schema([("a", pyarrow.int64())]), pyarrow.scalar(1), pyarrow.list_(pyarrow.int8())]
    yield "datasets", [datasets.Features(a=datasets.Value("int64"), b=datasets.ClassLabel(names=["x", "y"])), datasets.Dataset.from_dict({"a": [1]}).info]


EVERY = (agents, learners, forecasters, prophets, outliers, streams, survivals, neighbours, networks, stacks, texts, frames)


def make(corpus):
    for _, _, name, value in corpus.each(*EVERY):
        if isinstance(value, bytes):
            corpus.bytes(f"{name}.pkl", value, clean=False)
            continue
        if hasattr(value, "policy"):
            saved(corpus, name, value)
            continue
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            corpus.pickles(f"{name}-{number}", item, clean=False)
            corpus.joblib(f"{name}-{number}", item, clean=False)


def saved(corpus, name, agent):
    """Writes an agent as its save method does."""
    out = io.BytesIO()
    agent.save(out)
    corpus.bytes(f"{name}.zip", out.getvalue(), clean=False)
