"""What users of libraries for series of time, texts, recommendations, searches and sciences save."""

import functools

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler

import tabular_kinds
from tabular_kinds import DAYS, FEATURES, FRAME, HALVES, LABELS, RNG, TARGETS, WAVES, dumped

LONG = pd.DataFrame({"unique_id": ["u"] * 40 + ["v"] * 40, "ds": [*DAYS.index[:40]] * 2, "y": DAYS.to_numpy()})


def econometrics():
    from linearmodels.iv import IV2SLS
    from linearmodels.panel import PanelOLS

    yield "IV", IV2SLS(TARGETS, FRAME[["a"]], FRAME[["b"]], FRAME[["c"]]).fit()
    panel = FRAME.assign(y=TARGETS).set_index(pd.MultiIndex.from_product([range(8), pd.date_range("2020", periods=10)]))
    yield "panel", PanelOLS(panel["y"], panel[["a", "b"]], entity_effects=True).fit()


def volatilities():
    from arch import arch_model

    returns = pd.Series(RNG.randn(200), pd.date_range("2020", periods=200))
    yield "GARCH", arch_model(returns).fit(disp="off")
    yield "EGARCH", arch_model(returns, mean="AR", lags=1, vol="EGARCH", dist="t").fit(disp="off")
    yield "model", arch_model(returns, vol="HARCH", lags=[1, 5], dist="skewt")


def searches():
    import hyperopt
    from hyperopt import hp

    trials = hyperopt.Trials()
    hyperopt.fmin(lambda x: x["a"] ** 2, {"a": hp.uniform("a", -1, 1), "b": hp.choice("b", [1, 2])}, hyperopt.tpe.suggest, 5, trials=trials, show_progressbar=False, rstate=np.random.default_rng(0))
    yield "trials", trials
    yield "space", {"a": hp.uniform("a", -1, 1)}


def surrogates():
    import skopt

    result = skopt.gp_minimize(square, [(-1.0, 1.0)], n_calls=6, n_initial_points=5, random_state=0)
    del result.specs["args"]["func"]
    yield "gp", result
    yield "optimizer", skopt.Optimizer([(0, 5), ["x", "y"]], "RF")
    search = skopt.BayesSearchCV(LogisticRegression(), {"C": (0.1, 1.0)}, n_iter=2, cv=2)
    yield "search", search.fit(FEATURES, LABELS)


def square(x):
    return x[0] ** 2


def bayes():
    import bayes_opt

    optimizer = bayes_opt.BayesianOptimization(f=np.negative, pbounds={"x": (0, 1)}, verbose=0, random_state=0)
    yield "optimizer", optimizer


def ngs():
    import nevergrad

    instrument = nevergrad.p.Instrumentation(nevergrad.p.Array(shape=(2,)), y=nevergrad.p.Scalar(), z=nevergrad.p.Choice([1, 2]))
    optimizer = nevergrad.optimizers.NGOpt(instrument, budget=5)
    for _ in range(5):
        optimizer.tell(optimizer.ask(), 1.0)
    yield "NGOpt", optimizer
    for name in ("OnePlusOne", "DE", "CMA", "PSO"):
        yield name, nevergrad.optimizers.registry[name](instrument, budget=5)
    yield "recommendation", optimizer.provide_recommendation()


def studies():
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0), pruner=optuna.pruners.MedianPruner())
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_categorical("k", [0, 1]) + t.suggest_int("i", 1, 3), 5)
    yield "study", study
    for sampler in ("RandomSampler", "CmaEsSampler", "NSGAIISampler", "QMCSampler", "GridSampler"):
        yield sampler, getattr(optuna.samplers, sampler)(*([{"x": [1, 2]}] if sampler == "GridSampler" else []))


def chains():
    import emcee

    sampler = emcee.EnsembleSampler(8, 2, gauss)
    sampler.run_mcmc(RNG.rand(8, 2), 5)
    yield "state", sampler.get_last_sample()
    yield "backend", sampler.backend


def gauss(x):
    return -0.5 * np.sum(x**2)


def astronomies():
    import astropy.units as u
    from astropy import cosmology, modeling, time, wcs
    from astropy.coordinates import SkyCoord
    from astropy.table import QTable, Table

    yield "table", Table({"a": [1, 2], "b": ["x", "y"]})
    yield "qtable", QTable({"a": [1, 2] * u.m})
    yield "quantity", [1, 2] * u.km / u.s
    yield "units", [u.m, u.Unit("erg / s"), u.mag]
    yield "time", time.Time("2020-01-01")
    yield "sky", SkyCoord(1 * u.deg, 2 * u.deg)
    yield "model", modeling.models.Gaussian1D(1, 2, 3)
    yield "polynomial", modeling.models.Polynomial2D(2) + modeling.models.Const2D(1)
    yield "wcs", wcs.WCS(naxis=2)
    yield "cosmology", cosmology.FlatLambdaCDM(70, 0.3)


def grids():
    import xarray

    data = xarray.DataArray(RNG.rand(2, 3), dims=("x", "t"), coords={"x": [1, 2], "t": pd.date_range("2020", periods=3)}, name="v")
    yield "array", data
    yield "dataset", data.to_dataset()
    yield "grouped", xarray.Dataset({"a": ("x", [1, 2])}, attrs={"k": 1})


def graphs():
    import networkx

    yield "graph", networkx.karate_club_graph()
    yield "digraph", networkx.DiGraph([(1, 2), (2, 3)])
    yield "weighted", networkx.MultiGraph([(1, 2, {"w": 1.0})])
    yield "view", networkx.Graph([(1, 2)]).nodes


def molecules():
    from rdkit import Chem
    from rdkit.Chem import AllChem

    molecule = Chem.MolFromSmiles("CCO")
    yield "molecule", molecule
    yield "fingerprints", [AllChem.GetMorganFingerprintAsBitVect(molecule, 2), AllChem.GetMorganFingerprint(molecule, 2)]
    yield "frame", pd.DataFrame({"smiles": ["CCO"], "mol": [molecule]})


def atoms():
    import ase
    import ase.build
    from ase.calculators.singlepoint import SinglePointCalculator

    water = ase.build.molecule("H2O")
    yield "molecule", water
    yield "bulk", ase.build.bulk("Cu")
    water.calc = SinglePointCalculator(water, energy=1.0)
    yield "calculated", water


def crystals():
    from pymatgen.core import Composition, Lattice, Molecule, Structure

    structure = Structure(Lattice.cubic(4.2), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    yield "structure", structure
    yield "molecule", Molecule(["C", "O"], [[0, 0, 0], [0, 0, 1.1]])
    yield "composition", Composition("Fe2O3")
    yield "frame", pd.DataFrame({"structure": [structure], "c": [Composition("NaCl")]})


def hmms():
    from hmmlearn import hmm

    for model in (hmm.GaussianHMM(2, random_state=0), hmm.GMMHMM(2, random_state=0)):
        yield type(model).__name__, model.fit(FEATURES)
    yield "CategoricalHMM", hmm.CategoricalHMM(2, random_state=0).fit(LABELS[:, None])
    yield "PoissonHMM", hmm.PoissonHMM(2, random_state=0).fit(LABELS[:, None])


def crfs():
    import sklearn_crfsuite

    sentences = [[{"w": "a", "b": True}, {"w": "b", "b": 1.0}]] * 4
    yield "crf", sklearn_crfsuite.CRF(algorithm="lbfgs", max_iterations=5).fit(sentences, [["x", "y"]] * 4)


def ratings():
    import surprise
    from surprise import SVD, BaselineOnly, Dataset, KNNBasic, NMF, Reader, SlopeOne

    frame = pd.DataFrame({"u": RNG.randint(0, 5, 40), "i": RNG.randint(0, 6, 40), "r": RNG.randint(1, 6, 40)}).drop_duplicates(["u", "i"])
    data = Dataset.load_from_df(frame, Reader(rating_scale=(1, 5))).build_full_trainset()
    for model in (SVD(n_factors=2, n_epochs=2), BaselineOnly(verbose=False), KNNBasic(verbose=False), NMF(n_factors=2, n_epochs=2), SlopeOne()):
        yield type(model).__name__, model.fit(data)
    predictions = SVD(n_factors=2, n_epochs=2).fit(data).test(data.build_testset())
    yield "dump", dumped(functools.partial(surprise.dump.dump, predictions=predictions, algo=SVD(n_factors=2, n_epochs=1).fit(data)))


def factors():
    import scipy.sparse
    from implicit.als import AlternatingLeastSquares
    from implicit.bpr import BayesianPersonalizedRanking
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender

    seen = scipy.sparse.random(20, 15, 0.3, "csr", random_state=0)
    for model in (AlternatingLeastSquares(2, iterations=1, num_threads=1), BayesianPersonalizedRanking(2, iterations=1, num_threads=1), BM25Recommender(), CosineRecommender()):
        model.fit(seen, show_progress=False)
        yield type(model).__name__, model


def lights():
    import scipy.sparse
    from lightfm import LightFM
    from lightfm.data import Dataset

    yield "model", LightFM(2, random_state=0).fit(scipy.sparse.random(20, 15, 0.3, "coo", random_state=0))
    data = Dataset()
    data.fit(["u"], ["i"])
    yield "dataset", data


def blobs():
    from textblob.classifiers import NaiveBayesClassifier

    yield "classifier", NaiveBayesClassifier([("good", "pos"), ("bad", "neg")])


def tsfeatures():
    from tsfresh.feature_extraction import ComprehensiveFCParameters, MinimalFCParameters
    from tsfresh.transformers import FeatureAugmenter, FeatureSelector, RelevantFeatureAugmenter

    yield "minimal", MinimalFCParameters()
    yield "all", ComprehensiveFCParameters()
    yield "selector", FeatureSelector(ml_task="classification").fit(FRAME, pd.Series(LABELS))
    yield "augmenter", FeatureAugmenter(MinimalFCParameters(), column_id="id")
    yield "relevant", RelevantFeatureAugmenter(column_id="id")


def tslearns():
    from tslearn.clustering import KShape, TimeSeriesKMeans
    from tslearn.neighbors import KNeighborsTimeSeriesClassifier
    from tslearn.preprocessing import TimeSeriesScalerMeanVariance
    from tslearn.svm import TimeSeriesSVC

    waves = WAVES[:, :, None]
    for model in (TimeSeriesKMeans(2, max_iter=2, random_state=0), TimeSeriesKMeans(2, metric="dtw", max_iter=1, random_state=0), KShape(2, max_iter=2, random_state=0)):
        yield type(model).__name__, model.fit(waves)
    yield "neighbours", KNeighborsTimeSeriesClassifier(2).fit(waves, HALVES)
    yield "scaler", TimeSeriesScalerMeanVariance().fit(waves)
    yield "svc", TimeSeriesSVC().fit(waves, HALVES)


def pytses():
    from pyts.classification import BOSSVS, KNeighborsClassifier, SAXVSM, TimeSeriesForest
    from pyts.image import GramianAngularField
    from pyts.transformation import BOSS, ROCKET, ShapeletTransform

    for model in (KNeighborsClassifier(), SAXVSM(window_size=4), BOSSVS(window_size=4), TimeSeriesForest(2, random_state=0)):
        yield type(model).__name__, model.fit(WAVES, HALVES)
    for model in (ROCKET(5), BOSS(window_size=4), GramianAngularField(), ShapeletTransform(n_shapelets=2, window_sizes=[4])):
        yield type(model).__name__, model.fit(WAVES, HALVES)


def nixtlas():
    from statsforecast import StatsForecast
    from statsforecast import models as sf

    kinds = [sf.AutoARIMA(season_length=7), sf.AutoETS(season_length=7), sf.AutoTheta(season_length=7), sf.Naive(), sf.SeasonalNaive(7), sf.HistoricAverage(), sf.CrostonClassic(), sf.MSTL(7)]
    for model in kinds:
        yield type(model).__name__, StatsForecast([model], "D").fit(LONG)


def mlforecasts():
    import lightgbm
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import ExpandingMean, RollingMean
    from mlforecast.target_transforms import Differences, LocalStandardScaler

    yield "plain", MLForecast({"lr": LinearRegression()}, "D", lags=[1, 7], date_features=["dayofweek"]).fit(LONG)
    transforms = {1: [ExpandingMean()], 2: [RollingMean(3)]}
    yield "transforms", MLForecast([lightgbm.LGBMRegressor(n_estimators=2, verbose=-1)], "D", lags=[1], lag_transforms=transforms, target_transforms=[Differences([1]), LocalStandardScaler()]).fit(LONG)


def skforecasts():
    from skforecast.recursive import ForecasterRecursive, ForecasterRecursiveMultiSeries
    from skforecast.direct import ForecasterDirect
    from skforecast.preprocessing import RollingFeatures

    for name, made in (("recursive", ForecasterRecursive), ("direct", ForecasterDirect)):
        forecaster = made(**({"steps": 3} if name == "direct" else {}), **{estimator_of(made): LinearRegression()}, lags=3)
        forecaster.fit(y=DAYS)
        yield name, forecaster
    forecaster = ForecasterRecursive(**{estimator_of(ForecasterRecursive): RandomForestRegressor(2)}, lags=3, window_features=RollingFeatures(["mean"], 3), differentiation=1, transformer_y=StandardScaler())
    forecaster.fit(y=DAYS)
    yield "windows", forecaster
    forecaster = ForecasterRecursiveMultiSeries(**{estimator_of(ForecasterRecursiveMultiSeries): LinearRegression()}, lags=3)
    forecaster.fit(series=pd.DataFrame({"x": DAYS, "z": DAYS}))
    yield "many", forecaster


def estimator_of(cls):
    """Returns what the first parameter is called in this version."""
    import inspect

    return next(p for p in inspect.signature(cls).parameters if p in ("estimator", "regressor"))


def arimas():
    import pmdarima
    from pmdarima.pipeline import Pipeline as Pipelined

    yield "auto", pmdarima.auto_arima(DAYS, start_p=0, start_q=0, max_p=1, max_q=1, seasonal=False)
    yield "arima", pmdarima.ARIMA((1, 0, 0)).fit(DAYS)
    yield "pipeline", Pipelined([("f", pmdarima.preprocessing.FourierFeaturizer(7, 2)), ("a", pmdarima.ARIMA((1, 0, 0)))]).fit(DAYS)


def pictures():
    import skimage.transform
    from skimage.feature import Cascade, ORB

    yield "transform", skimage.transform.AffineTransform(scale=2)
    yield "estimated", [skimage.transform.ProjectiveTransform(), skimage.transform.SimilarityTransform(rotation=1), skimage.transform.EuclideanTransform()]
    yield "detector", ORB(n_keypoints=3)


EVERY = (
    econometrics, volatilities, searches, surrogates, bayes, ngs, studies, chains, astronomies, grids, graphs, molecules, atoms, crystals, hmms, crfs,
    ratings, factors, lights, blobs, tsfeatures, tslearns, pytses, nixtlas, mlforecasts, skforecasts, arimas, pictures,
)


def make(corpus):
    tabular_kinds.make(corpus, EVERY)
