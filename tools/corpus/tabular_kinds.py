"""What users of libraries for tables save: estimators, explainers and what finds them by itself."""

import pathlib
import tempfile

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

RNG = np.random.RandomState(0)
FEATURES = RNG.rand(80, 4)
LABELS = (FEATURES[:, 0] > 0.5).astype(int)
TARGETS = FEATURES @ [1.0, 2, 3, 4] + RNG.rand(80)
FRAME = pd.DataFrame(FEATURES, columns=list("abcd"))
MIXED = FRAME.assign(k=list("wxyz") * 20)
DAYS = pd.Series(RNG.rand(80).cumsum() + 1, pd.date_range("2020-01-01", periods=80, freq="D"), name="y")
WAVES = RNG.rand(12, 16)
HALVES = np.arange(12) % 2


def sklearn_likes():
    """Estimators of smaller libraries that follow scikit-learn."""
    from sklego.linear_model import DeadZoneRegressor, LowessRegression
    from sklego.meta import EstimatorTransformer, GroupedPredictor, Thresholder
    from sklego.preprocessing import ColumnSelector, RandomAdder
    from sklego.mixture import GMMClassifier

    yield "lowess", LowessRegression().fit(FEATURES, TARGETS)
    yield "deadzone", DeadZoneRegressor().fit(FEATURES, TARGETS)
    yield "grouped", GroupedPredictor(LinearRegression(), groups=["k"]).fit(MIXED, TARGETS)
    yield "threshold", Thresholder(LogisticRegression(), 0.4).fit(FEATURES, LABELS)
    yield "mixture", GMMClassifier().fit(FEATURES, LABELS)
    yield "pipeline", Pipeline([("c", ColumnSelector(["a", "b"])), ("r", RandomAdder()), ("m", EstimatorTransformer(LinearRegression()))]).fit(FRAME, TARGETS)


def labels():
    from skmultilearn.problem_transform import BinaryRelevance, ClassifierChain, LabelPowerset

    many = np.stack([LABELS, 1 - LABELS], 1)
    for model in (BinaryRelevance(LogisticRegression()), ClassifierChain(LogisticRegression()), LabelPowerset(LogisticRegression())):
        yield type(model).__name__, model.fit(FEATURES, many)


def pipelines():
    from sklearn2pmml.decoration import CategoricalDomain, ContinuousDomain
    from sklearn2pmml.pipeline import PMMLPipeline
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OneHotEncoder

    columns = ColumnTransformer([("n", ContinuousDomain(), list("abcd")), ("k", Pipeline([("d", CategoricalDomain()), ("e", OneHotEncoder())]), ["k"])])
    yield "pmml", PMMLPipeline([("columns", columns), ("model", LogisticRegression())]).fit(MIXED, LABELS)
    yield "pmml-plain", PMMLPipeline([("s", StandardScaler()), ("model", LinearRegression())]).fit(FRAME, pd.Series(TARGETS, name="y"))


def mappers():
    from sklearn_pandas import DataFrameMapper
    from sklearn.preprocessing import LabelBinarizer

    mapper = DataFrameMapper([(["a", "b"], StandardScaler()), ("k", LabelBinarizer())], df_out=True)
    yield "mapper", mapper.fit(MIXED)
    yield "mapped", Pipeline([("m", mapper), ("c", LogisticRegression())]).fit(MIXED, LABELS)


def intervals():
    import mapie.classification
    import mapie.regression

    if hasattr(mapie.regression, "SplitConformalRegressor"):
        yield "split", mapie.regression.SplitConformalRegressor(LinearRegression(), prefit=False).fit(FEATURES[:40], TARGETS[:40]).conformalize(FEATURES[40:], TARGETS[40:])
        yield "cross", mapie.regression.CrossConformalRegressor(LinearRegression(), cv=2).fit_conformalize(FEATURES, TARGETS)
        yield "classes", mapie.classification.SplitConformalClassifier(LogisticRegression(), prefit=False).fit(FEATURES[:40], LABELS[:40]).conformalize(FEATURES[40:], LABELS[40:])
    else:
        yield "regressor", mapie.regression.MapieRegressor(LinearRegression(), cv=2).fit(FEATURES, TARGETS)
        yield "classifier", mapie.classification.MapieClassifier(LogisticRegression(), cv=2).fit(FEATURES, LABELS)


def glassboxes():
    from interpret.glassbox import ClassificationTree, ExplainableBoostingClassifier, ExplainableBoostingRegressor, LogisticRegression as Logistic

    yield "EBM", ExplainableBoostingClassifier(max_rounds=5, outer_bags=2, n_jobs=1).fit(MIXED, LABELS)
    yield "EBM-regressor", ExplainableBoostingRegressor(max_rounds=5, outer_bags=2, n_jobs=1).fit(FEATURES, TARGETS)
    yield "tree", ClassificationTree().fit(FEATURES, LABELS)
    yield "logistic", Logistic().fit(FEATURES, LABELS)
    yield "explanation", ExplainableBoostingClassifier(max_rounds=2, outer_bags=1, n_jobs=1).fit(FEATURES, LABELS).explain_global()


def explainers():
    import shap

    trees = RandomForestClassifier(3, max_depth=2, random_state=0).fit(FEATURES, LABELS)
    yield "tree", shap.TreeExplainer(trees)
    yield "linear", shap.LinearExplainer(LinearRegression().fit(FEATURES, TARGETS), FEATURES)
    yield "kernel", shap.KernelExplainer(trees.predict_proba, FEATURES[:5])
    yield "values", shap.TreeExplainer(trees)(FEATURES[:3])
    yield "permutation", shap.Explainer(trees.predict, FEATURES[:5])


def boosted_explainers():
    import shap
    import xgboost

    yield "xgboost", shap.TreeExplainer(xgboost.XGBRegressor(n_estimators=2).fit(FEATURES, TARGETS))


def limes():
    from lime.lime_tabular import LimeTabularExplainer
    from lime.lime_text import LimeTextExplainer

    yield "tabular", LimeTabularExplainer(FEATURES, feature_names=list("abcd"), random_state=0)
    yield "text", LimeTextExplainer(class_names=["x", "y"])


def dalexes():
    import dalex

    explainer = dalex.Explainer(RandomForestClassifier(3).fit(FRAME, LABELS), FRAME, LABELS, verbose=False)
    yield "bytes", explainer.dumps()


def explanations():
    import eli5
    from eli5.sklearn import PermutationImportance

    model = LogisticRegression().fit(FEATURES, LABELS)
    yield "permutation", PermutationImportance(model, random_state=0).fit(FEATURES, LABELS)
    yield "weights", eli5.explain_weights(model)


def rules():
    import imodels

    for model in (imodels.RuleFitClassifier(max_rules=5), imodels.GreedyRuleListClassifier(), imodels.FIGSClassifier(max_rules=4), imodels.HSTreeClassifierCV(), imodels.BoostedRulesClassifier(n_estimators=2), imodels.SkopeRulesClassifier(n_estimators=2)):
        yield type(model).__name__, model.fit(FEATURES, LABELS)


def symbols():
    from gplearn.functions import make_function
    from gplearn.genetic import SymbolicClassifier, SymbolicRegressor

    yield "regressor", SymbolicRegressor(population_size=20, generations=2, random_state=0, function_set=("add", "sub", "mul", "div", "sqrt", "log")).fit(FEATURES, TARGETS)
    yield "classifier", SymbolicClassifier(population_size=20, generations=2, random_state=0).fit(FEATURES, LABELS)
    yield "own", SymbolicRegressor(population_size=20, generations=1, function_set=("add", make_function(function=np.maximum, name="mx", arity=2, wrap=False))).fit(FEATURES, TARGETS)


def evolutions():
    from deap import base, creator, gp, tools

    creator.create("Fitness", base.Fitness, weights=(1.0,))
    creator.create("Individual", list, fitness=creator.Fitness)
    hall = tools.HallOfFame(2)
    people = [creator.Individual([1, 2]), creator.Individual([0, 3])]
    for number, person in enumerate(people):
        person.fitness.values = (number,)
    hall.update(people)
    log = tools.Logbook()
    log.record(gen=0, best=1.0)
    yield "checkpoint", {"population": people, "generation": 1, "halloffame": hall, "logbook": log, "rndstate": __import__("random").getstate()}
    yield "statistics", tools.Logbook()
    yield "primitives", gp.PrimitiveTree([])


def scorecards():
    from optbinning import BinningProcess, ContinuousOptimalBinning, OptimalBinning, Scorecard

    yield "binning", OptimalBinning("a").fit(FEATURES[:, 0], LABELS)
    yield "continuous", ContinuousOptimalBinning("a").fit(FEATURES[:, 0], TARGETS)
    process = BinningProcess(list("abcd")).fit(FRAME, LABELS)
    yield "process", process
    yield "scorecard", Scorecard(BinningProcess(list("abcd")), LogisticRegression(), scaling_method="min_max", scaling_method_params={"min": 300, "max": 850}).fit(FRAME, LABELS)


def cards():
    import scorecardpy

    bins = scorecardpy.woebin(FRAME.assign(y=LABELS), y="y", print_step=0)
    yield "bins", bins


def gams():
    from pygam import GammaGAM, LinearGAM, LogisticGAM, f, l, s, te

    yield "linear", LinearGAM(s(0) + l(1) + te(2, 3)).fit(FEATURES, TARGETS)
    yield "logistic", LogisticGAM().fit(FEATURES, LABELS)
    yield "gamma", GammaGAM(s(0)).fit(FEATURES, TARGETS)
    yield "factor", LinearGAM(f(0)).fit(LABELS[:, None], TARGETS)


def dumped(save):
    """Returns the bytes that a function writes to the path that it is given."""
    path = pathlib.Path(tempfile.mkdtemp()) / "model"
    save(str(path))
    return path.read_bytes()


def deeps():
    import featuretools

    entities = featuretools.EntitySet("e")
    entities.add_dataframe(dataframe=FRAME.assign(id=range(80)), dataframe_name="f", index="id")
    yield "entities", entities
    matrix, features = featuretools.dfs(entityset=entities, target_dataframe_name="f", trans_primitives=["add_numeric"], max_depth=1)
    yield "features", features


def dask_likes():
    import dask.dataframe
    from dask_ml.linear_model import LogisticRegression as Logistic
    from dask_ml.preprocessing import StandardScaler as Scaler
    from dask_ml.wrappers import Incremental, ParallelPostFit
    from sklearn.linear_model import SGDClassifier

    yield "wrapped", ParallelPostFit(LogisticRegression().fit(FEATURES, LABELS))
    yield "incremental", Incremental(SGDClassifier())
    yield "scaler", Scaler().fit(dask.dataframe.from_pandas(FRAME, 2))
    yield "logistic", Logistic(max_iter=2)


def lazies():
    from lazypredict.Supervised import LazyClassifier

    lazy = LazyClassifier(verbose=0, classifiers=[LogisticRegression, RandomForestClassifier])
    lazy.fit(FEATURES[:60], FEATURES[60:], LABELS[:60], LABELS[60:])
    yield "models", lazy.models
    yield "lazy", lazy


def flamls():
    import flaml

    automl = flaml.AutoML()
    automl.fit(FRAME, LABELS, task="classification", estimator_list=["rf", "lgbm"], max_iter=3, time_budget=5, verbose=0)
    yield "automl", automl
    yield "model", automl.model


def tpots():
    import tpot

    if hasattr(tpot, "tpot_estimator"):
        yield "pipeline", tpot.TPOTClassifier(search_space="linear-light", generations=1, population_size=2, n_jobs=1, max_time_mins=0.3, random_state=0).fit(FEATURES, LABELS).fitted_pipeline_
    else:
        yield "pipeline", tpot.TPOTClassifier(generations=1, population_size=2, random_state=0, config_dict="TPOT light").fit(FEATURES, LABELS).fitted_pipeline_
    from tpot.builtin_modules import ZeroCount

    yield "steps", Pipeline([("z", ZeroCount()), ("m", LogisticRegression())]).fit(FEATURES, LABELS)


def mljars():
    from supervised.algorithms.random_forest import RandomForestAlgorithm
    from supervised.automl import AutoML

    folder = tempfile.mkdtemp()
    automl = AutoML(results_path=folder + "/r", algorithms=["Baseline", "Random Forest"], total_time_limit=8, explain_level=0, train_ensemble=True, verbose=0)
    automl.fit(MIXED, LABELS)
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.suffix in (".pkl", ".joblib", ".pickle") or path.name.startswith("learner_fold") and path.suffix not in (".csv", ".log", ".svg", ".png", ".md"):
            yield path.name, path.read_bytes()


def pycarets():
    from pycaret import classification, clustering, regression

    experiment = classification.ClassificationExperiment()
    experiment.setup(MIXED.assign(y=LABELS), target="y", verbose=False, html=False, session_id=1, fold=2, n_jobs=1, log_experiment=False, normalize=True)
    for model in ("lr", "rf", "lightgbm", "dt", "nb", "knn"):
        yield f"classify-{model}", dumped_model(experiment, experiment.create_model(model, verbose=False))
    yield "tuned", dumped_model(experiment, experiment.tune_model(experiment.create_model("lr", verbose=False), n_iter=2, verbose=False))
    yield "blend", dumped_model(experiment, experiment.blend_models([experiment.create_model(m, verbose=False) for m in ("lr", "dt")], verbose=False))
    yield "calibrated", dumped_model(experiment, experiment.calibrate_model(experiment.create_model("lr", verbose=False), verbose=False))
    experiment = regression.RegressionExperiment()
    experiment.setup(MIXED.assign(y=TARGETS), target="y", verbose=False, html=False, session_id=1, fold=2, n_jobs=1, transformation=True, transform_target=True, remove_outliers=True, polynomial_features=True)
    yield "regress", dumped_model(experiment, experiment.create_model("lr", verbose=False))
    experiment = clustering.ClusteringExperiment()
    experiment.setup(FRAME, verbose=False, html=False, session_id=1)
    yield "cluster", dumped_model(experiment, experiment.create_model("kmeans"))


def pycaret_series():
    from pycaret.time_series import TSForecastingExperiment

    experiment = TSForecastingExperiment()
    experiment.setup(DAYS.to_period("D"), fh=3, fold=2, verbose=False, html=False, session_id=1, n_jobs=1)
    for model in ("naive", "theta", "lr_cds_dt"):
        yield model, dumped_model(experiment, experiment.create_model(model, verbose=False))


def dumped_model(experiment, model):
    path = pathlib.Path(tempfile.mkdtemp()) / "model"
    experiment.save_model(model, str(path), verbose=False)
    return path.with_suffix(".pkl").read_bytes()


def evalmls():
    import evalml

    pipeline = evalml.pipelines.BinaryClassificationPipeline(["Imputer", "One Hot Encoder", "Standard Scaler", "Logistic Regression Classifier"])
    frame = MIXED.copy()
    frame.ww.init(logical_types={"k": "Categorical"})
    pipeline.fit(frame, evalml.utils.infer_feature_types(pd.Series(LABELS)))
    yield "pipeline", dumped(pipeline.save)


def autogluons():
    from autogluon.tabular import TabularPredictor

    kinds = {"RF": {"n_estimators": 3}, "XT": {"n_estimators": 3}, "GBM": {"num_boost_round": 3}, "XGB": {"n_estimators": 3}, "KNN": {}, "LR": {}}
    for name, targets in (("classes", LABELS), ("numbers", TARGETS)):
        folder = pathlib.Path(tempfile.mkdtemp()) / "AutogluonModels"
        TabularPredictor("y", path=str(folder), verbosity=0).fit(MIXED.assign(y=targets), hyperparameters=kinds, time_limit=60)
        for path in sorted(folder.rglob("*.pkl")):
            yield f"{name}-{str(path.relative_to(folder))[:-4].replace('/', '-')}", path.read_bytes()


def causes():
    from econml.dml import CausalForestDML, LinearDML
    from econml.dr import DRLearner
    from econml.metalearners import SLearner, TLearner, XLearner

    yield "linear", LinearDML(model_y=LinearRegression(), model_t=LogisticRegression(), discrete_treatment=True, cv=2).fit(TARGETS, LABELS, X=FEATURES)
    yield "forest", CausalForestDML(model_y=LinearRegression(), model_t=LinearRegression(), n_estimators=4, cv=2).fit(TARGETS, FEATURES[:, 1], X=FEATURES)
    yield "robust", DRLearner(model_regression=LinearRegression(), model_propensity=LogisticRegression(), cv=2).fit(TARGETS, LABELS, X=FEATURES)
    yield "s", SLearner(overall_model=LinearRegression()).fit(TARGETS, LABELS, X=FEATURES)
    yield "t", TLearner(models=LinearRegression()).fit(TARGETS, LABELS, X=FEATURES)
    yield "x", XLearner(models=LinearRegression()).fit(TARGETS, LABELS, X=FEATURES)


def uplifts():
    from causalml.inference.meta import BaseSRegressor, BaseTRegressor, BaseXRegressor
    from causalml.inference.tree import CausalTreeRegressor, UpliftRandomForestClassifier, UpliftTreeClassifier

    for model in (BaseSRegressor(LinearRegression()), BaseTRegressor(LinearRegression()), BaseXRegressor(LinearRegression())):
        model.fit(FEATURES, LABELS, TARGETS)
        yield type(model).__name__, model
    groups = np.where(np.arange(80) % 2, "control", "treatment")
    for model in (UpliftTreeClassifier(max_depth=2, control_name="control"), UpliftRandomForestClassifier("control", n_estimators=2, max_depth=2, n_jobs=1)):
        model.fit(FEATURES, groups, LABELS)
        yield type(model).__name__, model
    yield "causal-tree", CausalTreeRegressor(control_name=0).fit(FEATURES, LABELS, TARGETS)


def graphical():
    import dowhy

    model = dowhy.CausalModel(FRAME.assign(t=LABELS.astype(bool), y=TARGETS), treatment="t", outcome="y", common_causes=["a", "b"])
    yield "model", model
    estimand = model.identify_effect(proceed_when_unidentifiable=True)
    yield "estimand", estimand
    yield "estimate", model.estimate_effect(estimand, method_name="backdoor.linear_regression")


EVERY = (
    sklearn_likes, labels, pipelines, mappers, intervals, glassboxes, explainers, boosted_explainers, limes, dalexes, explanations, rules, symbols,
    evolutions, scorecards, cards, gams, deeps, dask_likes, lazies, flamls, tpots, mljars, pycarets, pycaret_series, evalmls, autogluons, causes,
    uplifts, graphical,
)


def make(corpus, every=EVERY):
    for _, _, name, value in corpus.each(*every):
        if isinstance(value, bytes):
            corpus.bytes(f"{name}.pkl", value, clean=False)
            continue
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            corpus.pickles(f"{name}-{number}", item, protocols=(2, 4, 5), clean=False)
            corpus.joblib(f"{name}-{number}", item, clean=False)
