"""Every estimator of an old scikit-learn, fitted, and what people built from them."""

import numpy as np
import scipy.stats
import sklearn
from old_kinds import tried
from sklearn import base, datasets, decomposition, ensemble, feature_selection, gaussian_process, linear_model, metrics, multiclass, naive_bayes, neighbors, pipeline, preprocessing, svm, tree
from sklearn.feature_extraction import text

try:
    from sklearn.utils import all_estimators
except ImportError:
    from sklearn.utils.testing import all_estimators
try:
    from sklearn import model_selection
except ImportError:
    from sklearn import cross_validation, grid_search

    model_selection = None

RNG = np.random.RandomState(0)
FEATURES = RNG.rand(40, 4)
LABELS = (FEATURES[:, 0] > 0.5).astype(int)
WORDS = np.array(["yes" if x else "no" for x in LABELS])
TARGETS = np.dot(FEATURES, [1.0, 2, 3, 4])
TEXTS = ["a small cat", "a large dog", "cats and dogs"] * 10
DATA = (
    (FEATURES, LABELS), (FEATURES, WORDS), (FEATURES, TARGETS), (FEATURES, np.c_[LABELS, 1 - LABELS]), (FEATURES, np.c_[TARGETS, TARGETS]), (TEXTS,), (FEATURES,), (TARGETS, TARGETS),
    ([{"a": 1, "b": "x"}] * 5,), ([["a"], ["b"]],), (WORDS,), ([{1, 2}, {3}],), (np.array([1, 2, 3]),),
)


def made(cls):
    """Returns instances of an estimator: as it is, and around others where it wants some."""
    inner = linear_model.LogisticRegression()
    every = ((), (inner,), ([("a", inner)],), (inner, {"C": [1, 2]}), ([("a", "passthrough", [0])],), (linear_model.Ridge(),), ([("a", linear_model.Ridge())],))
    return tried(*[lambda arguments=arguments: cls(*arguments) for arguments in every])


def fitted(cls):
    """Returns up to three fitted instances, over numbers, words and targets, or an unfitted one."""
    for estimator in made(cls):
        found = tried(*[lambda data=data: base.clone(estimator).fit(*data) for data in DATA])
        if found:
            return found[:3]
    return made(cls)[:1]


def estimators():
    for name, cls in all_estimators():
        for number, estimator in enumerate(fitted(cls)):
            yield "%s-%d" % (name, number), estimator


def composed():
    scale, logistic = preprocessing.StandardScaler(), linear_model.LogisticRegression()
    yield "pipeline", pipeline.make_pipeline(preprocessing.FunctionTransformer(np.log1p), scale, logistic).fit(FEATURES, LABELS)
    yield "union", pipeline.make_union(scale, feature_selection.SelectKBest(k=1)).fit(FEATURES, LABELS)
    yield "voting", ensemble.VotingClassifier([("a", logistic), ("b", tree.DecisionTreeClassifier())]).fit(FEATURES, LABELS)
    yield "multi", multiclass.OneVsRestClassifier(svm.SVC(probability=True)).fit(FEATURES, LABELS)
    yield "from-model", feature_selection.SelectFromModel(ensemble.ExtraTreesClassifier(3)).fit(FEATURES, LABELS)
    yield "selectors", [
        feature_selection.SelectKBest(score, k=1).fit(FEATURES, LABELS) for score in (feature_selection.f_classif, feature_selection.chi2, feature_selection.f_regression)
    ]
    yield "mixed", columns()


def columns():
    from sklearn import compose, impute

    mixed = compose.ColumnTransformer([
        ("numbers", pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.MinMaxScaler()), [0, 1]), ("categories", preprocessing.OneHotEncoder(handle_unknown="ignore"), [2]),
    ])
    return pipeline.make_pipeline(mixed, linear_model.LogisticRegression()).fit(FEATURES, LABELS)


def searches():
    logistic = linear_model.LogisticRegression()
    if model_selection is None:
        yield "grid", grid_search.GridSearchCV(logistic, {"C": [1, 2]}, cv=2).fit(FEATURES, LABELS)
        yield "random", grid_search.RandomizedSearchCV(logistic, {"C": scipy.stats.uniform(0.1, 1)}, n_iter=2, cv=2).fit(FEATURES, LABELS)
        yield "splits", [cross_validation.KFold(5, 2), cross_validation.StratifiedKFold(LABELS, 2), cross_validation.ShuffleSplit(5)]
        return
    for score in ("f1_macro", "accuracy", "roc_auc", "neg_log_loss", None):
        yield "grid-%s" % score, model_selection.GridSearchCV(logistic, {"C": [1, 2]}, scoring=score, cv=2).fit(FEATURES, LABELS)
    yield "scored", model_selection.GridSearchCV(logistic, {"C": [1]}, scoring=metrics.make_scorer(metrics.fbeta_score, beta=2), cv=model_selection.StratifiedKFold(2)).fit(FEATURES, LABELS)
    yield "random", model_selection.RandomizedSearchCV(logistic, {"C": scipy.stats.uniform(0.1, 1)}, n_iter=2, cv=2).fit(FEATURES, LABELS)
    yield "forest", model_selection.GridSearchCV(ensemble.RandomForestClassifier(3, random_state=np.random.RandomState(1)), {"max_depth": [1]}, cv=2).fit(FEATURES, LABELS)
    yield "splits", [model_selection.KFold(3), model_selection.StratifiedKFold(2), model_selection.ShuffleSplit(2), model_selection.TimeSeriesSplit(2), model_selection.LeaveOneOut()]


def varied():
    yield "kernels", tried(
        lambda: gaussian_process.kernels.RBF(), lambda: gaussian_process.kernels.Matern(), lambda: gaussian_process.kernels.ConstantKernel() * gaussian_process.kernels.RBF(),
        lambda: gaussian_process.kernels.WhiteKernel(), lambda: gaussian_process.kernels.RationalQuadratic(), lambda: gaussian_process.kernels.DotProduct() ** 2,
        lambda: gaussian_process.GaussianProcessRegressor(gaussian_process.kernels.RBF()).fit(FEATURES, TARGETS),
    )
    yield "gradients", tried(*[lambda loss=loss: ensemble.GradientBoostingRegressor(loss=loss, n_estimators=2).fit(FEATURES, TARGETS) for loss in ("ls", "lad", "huber", "quantile", "squared_error")])
    yield "gradient-classes", tried(*[lambda loss=loss: ensemble.GradientBoostingClassifier(loss=loss, n_estimators=2).fit(FEATURES, WORDS) for loss in ("deviance", "exponential")])
    yield "descents", tried(*[
        lambda loss=loss: linear_model.SGDClassifier(loss=loss).fit(FEATURES, LABELS)
        for loss in "hinge log modified_huber squared_hinge perceptron squared_loss huber epsilon_insensitive squared_epsilon_insensitive".split()
    ])
    yield "vectors", tried(*[lambda kernel=kernel: svm.SVC(kernel=kernel, probability=True).fit(FEATURES, LABELS) for kernel in ("rbf", "linear", "poly", "sigmoid", metrics.pairwise.chi2_kernel)])
    yield "neighbors", tried(*[
        lambda metric=metric, algorithm=algorithm: neighbors.KNeighborsClassifier(metric=metric, algorithm=algorithm).fit(FEATURES, LABELS)
        for metric, algorithm in (("minkowski", "kd_tree"), ("manhattan", "ball_tree"), ("chebyshev", "kd_tree"), ("cosine", "brute"), ("euclidean", "ball_tree"), ("hamming", "ball_tree"))
    ])
    yield "trees", [neighbors.KDTree(FEATURES), neighbors.BallTree(FEATURES), neighbors.KernelDensity().fit(FEATURES)]
    yield "metrics", tried(*[lambda metric=metric: neighbors.DistanceMetric.get_metric(metric) for metric in ("euclidean", "manhattan", "chebyshev", "haversine")])
    yield "forests", [ensemble.RandomForestClassifier(5, random_state=seed).fit(FEATURES, WORDS) for seed in (None, 1, np.random.RandomState(1))]
    yield "networks", tried(*[lambda solver=solver: perceptron(solver) for solver in ("adam", "sgd", "lbfgs")])
    yield "bayes", [naive_bayes.GaussianNB().fit(FEATURES, WORDS), naive_bayes.MultinomialNB().fit(FEATURES, WORDS)]


def perceptron(solver):
    from sklearn import neural_network

    return neural_network.MLPClassifier((3,), solver=solver, max_iter=3).fit(FEATURES, LABELS)


def words():
    yield "count", text.CountVectorizer().fit(TEXTS)
    yield "tfidf", text.TfidfVectorizer(ngram_range=(1, 2), dtype=np.float32).fit(TEXTS)
    yield "hashing", text.HashingVectorizer(n_features=8).fit(TEXTS)
    yield "stop", text.TfidfVectorizer(stop_words="english", analyzer="char_wb").fit(TEXTS)
    yield "pipeline", pipeline.make_pipeline(text.TfidfVectorizer(), naive_bayes.MultinomialNB()).fit(TEXTS, [0, 1, 1] * 10)
    yield "topics", pipeline.make_pipeline(text.CountVectorizer(), decomposition.NMF(2)).fit(TEXTS)
    yield "stop-list", text.ENGLISH_STOP_WORDS
    yield "counter", text.CountVectorizer(tokenizer=str.split).fit(TEXTS)


def others():
    yield "bunch", datasets.load_iris()
    yield "scorers", tried(*[lambda name=name: metrics.get_scorer(name) for name in ("accuracy", "f1", "roc_auc", "r2", "neg_mean_squared_error", "mean_squared_error", "log_loss")])
    yield "metrics", [metrics.accuracy_score, metrics.f1_score, metrics.roc_auc_score, metrics.mean_squared_error, metrics.r2_score, metrics.pairwise.rbf_kernel]
    yield "dump-of-dict", {"model": linear_model.Ridge().fit(FEATURES, TARGETS), "columns": ["a", "b"], "version": sklearn.__version__}
    yield "dump-of-list", [preprocessing.StandardScaler().fit(FEATURES), svm.LinearSVC().fit(FEATURES, LABELS)]


def make(corpus):
    for name, value in corpus.each(estimators, composed, searches, varied, words, others):
        corpus.pickles(name, value)
        corpus.joblib(name, value)
        for number, item in enumerate(value if isinstance(value, list) else []):
            corpus.pickles("%s-%d" % (name, number), item, (2, 4))
