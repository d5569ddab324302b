"""Every estimator of scikit-learn, fitted, and what people build from them."""

import numpy as np
import scipy.sparse
import sklearn
from sklearn import compose, datasets, ensemble, feature_selection, gaussian_process, impute, linear_model, metrics, model_selection, neighbors, pipeline, preprocessing, svm, tree
from sklearn.feature_extraction import text
from sklearn.gaussian_process import kernels
from sklearn.utils import all_estimators

RNG = np.random.RandomState(0)
FEATURES = RNG.rand(40, 4)
LABELS = (FEATURES[:, 0] > 0.5).astype(int)
WORDS = np.array(["yes" if x else "no" for x in LABELS])
TARGETS = FEATURES @ [1.0, 2, 3, 4]
TEXTS = ["a small cat", "a large dog", "cats and dogs"] * 10
COMPRESSORS = ("zlib", "gzip", "bz2", "lzma", "xz", "lz4")

DATA = (
    (FEATURES, LABELS), (FEATURES, WORDS), (FEATURES, TARGETS), (np.abs(FEATURES), np.c_[LABELS, 1 - LABELS]), (FEATURES, np.c_[TARGETS, TARGETS]),
    (TEXTS,), (FEATURES,), (TARGETS, TARGETS), ([{"a": 1, "b": "x"}] * 5,), ([["a"], ["b"]],), (WORDS,), ([{1, 2}, {3}],), (np.arange(10),),
)


def made(cls):
    """Yields instances of an estimator: as it is, and around others where it wants some."""
    base = linear_model.LogisticRegression()
    for arguments in ((), (base,), ([("a", base)],), (base, {"C": [1, 2]}), ([("a", "passthrough", [0])],), (linear_model.Ridge(),), ([("a", linear_model.Ridge())],)):
        try:
            yield cls(*arguments)
        except TypeError:
            continue


def fitted(cls):
    """Returns up to three fitted instances, over numbers, words and targets, or an unfitted one."""
    found = []
    for estimator in made(cls):
        for data in DATA:
            try:
                found.append(sklearn.clone(estimator).fit(*data))
            except Exception:
                continue
            if len(found) == 3:
                return found
        if found:
            return found
    return found or [estimator]


def custom(x):
    return x


def composed():
    scale, logistic = preprocessing.StandardScaler(), linear_model.LogisticRegression()
    mixed = compose.ColumnTransformer([
        ("numbers", pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.MinMaxScaler()), [0, 1]), ("categories", preprocessing.OneHotEncoder(handle_unknown="ignore"), [2]),
        ("slices", "passthrough", slice(3, 4)),
    ], remainder="drop")
    yield "pipeline", pipeline.make_pipeline(preprocessing.FunctionTransformer(np.log1p, np.expm1), scale, logistic).fit(FEATURES, LABELS)
    yield "function-functions", [preprocessing.FunctionTransformer(f) for f in (None, np.log, np.sqrt, np.abs, np.exp, np.nan_to_num)]
    yield "columns", pipeline.make_pipeline(mixed, logistic).fit(FEATURES, LABELS)
    yield "selected", compose.make_column_transformer((preprocessing.StandardScaler(), compose.make_column_selector(dtype_include=np.number)))
    yield "union", pipeline.make_union(preprocessing.StandardScaler(), feature_selection.SelectKBest(k=1)).fit(FEATURES, LABELS)
    for score in ("f1_macro", "accuracy", "roc_auc", "neg_log_loss", None, metrics.make_scorer(metrics.f1_score, average="micro"), metrics.make_scorer(metrics.fbeta_score, beta=2)):
        grid = model_selection.GridSearchCV(logistic, {"C": [1, 2]}, scoring=score, cv=2)
        yield f"grid-{score if isinstance(score, str) else type(score).__name__}{getattr(score, '_kwargs', '')and id(score) % 7}", grid.fit(FEATURES, LABELS)
    yield "random", model_selection.RandomizedSearchCV(logistic, {"C": scipy.stats.loguniform(0.1, 1)}, n_iter=2, cv=2).fit(FEATURES, LABELS)
    yield "grid-many", model_selection.GridSearchCV(logistic, {"C": [1]}, scoring=["f1", "recall"], refit="f1", cv=2).fit(FEATURES, LABELS)
    yield "grid-seeded", model_selection.GridSearchCV(
        ensemble.RandomForestClassifier(3, random_state=np.random.RandomState(1)), {"max_depth": [1]}, cv=model_selection.StratifiedKFold(2, shuffle=True, random_state=1),
    ).fit(FEATURES, LABELS)
    yield "selectors", [
        feature_selection.SelectKBest(f, k=1).fit(FEATURES, LABELS)
        for f in (feature_selection.f_classif, feature_selection.mutual_info_classif, feature_selection.chi2, feature_selection.f_regression, feature_selection.mutual_info_regression)
    ]
    yield "from-model", feature_selection.SelectFromModel(ensemble.ExtraTreesClassifier(3)).fit(FEATURES, LABELS)
    yield "voting", ensemble.VotingClassifier([("a", logistic), ("b", tree.DecisionTreeClassifier())]).fit(FEATURES, LABELS)
    yield "stacking", ensemble.StackingClassifier([("a", logistic), ("b", svm.SVC())], cv=2).fit(FEATURES, LABELS)
    yield "multi", [
        sklearn.multiclass.OneVsRestClassifier(svm.SVC(probability=False)).fit(FEATURES, LABELS),
        sklearn.multioutput.MultiOutputClassifier(logistic).fit(FEATURES, np.c_[LABELS, 1 - LABELS]),
    ]


def varied():
    yield "kernels", [
        kernels.RBF(), kernels.Matern(), kernels.ConstantKernel() * kernels.RBF() + kernels.WhiteKernel(), kernels.RationalQuadratic(), kernels.ExpSineSquared(), kernels.DotProduct() ** 2,
        kernels.PairwiseKernel(metric="rbf"), kernels.CompoundKernel([kernels.RBF()]), kernels.Hyperparameter("a", "numeric", (0, 1)),
    ]
    yield "processes", gaussian_process.GaussianProcessRegressor(kernels.RBF() + kernels.WhiteKernel(), n_restarts_optimizer=1).fit(FEATURES, TARGETS)
    yield "gradients", [ensemble.GradientBoostingRegressor(loss=loss, n_estimators=2).fit(FEATURES, TARGETS) for loss in ("squared_error", "absolute_error", "huber", "quantile")]
    yield "histograms", [
        ensemble.HistGradientBoostingRegressor(loss=loss, max_iter=2).fit(FEATURES, abs(TARGETS) + 1) for loss in ("squared_error", "absolute_error", "gamma", "poisson")
    ] + [ensemble.HistGradientBoostingClassifier(max_iter=2, early_stopping=True).fit(FEATURES, WORDS)]
    yield "descents", [
        linear_model.SGDClassifier(loss=loss, max_iter=5).fit(FEATURES, LABELS)
        for loss in ("hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron", "huber", "epsilon_insensitive", "squared_error", "squared_epsilon_insensitive")
    ]
    yield "vectors", [svm.SVC(kernel=kernel).fit(FEATURES, LABELS) for kernel in ("rbf", "linear", "poly", "sigmoid")] + [
        svm.SVC(kernel=metrics.pairwise.chi2_kernel).fit(FEATURES, LABELS), svm.SVC(probability=True).fit(FEATURES, LABELS),
    ]
    yield "neighbors", [
        neighbors.KNeighborsClassifier(metric=metric, algorithm=algorithm).fit(FEATURES, LABELS)
        for metric, algorithm in (("minkowski", "kd_tree"), ("manhattan", "ball_tree"), ("chebyshev", "kd_tree"), ("cosine", "brute"), ("euclidean", "ball_tree"), ("hamming", "ball_tree"))
    ] + [neighbors.KDTree(FEATURES), neighbors.BallTree(FEATURES), neighbors.KernelDensity().fit(FEATURES)]
    yield "distances", [metrics.DistanceMetric.get_metric(m) for m in ("euclidean", "manhattan", "chebyshev", "canberra", "hamming")] + [
        metrics.DistanceMetric.get_metric("minkowski", p=3), metrics.DistanceMetric.get_metric("seuclidean", V=np.ones(2)),
    ]
    yield "encoders", [
        preprocessing.OneHotEncoder(sparse_output=False, dtype=np.float32).fit(WORDS[:, None]), preprocessing.OrdinalEncoder().fit(WORDS[:, None]), preprocessing.LabelEncoder().fit(WORDS),
        preprocessing.LabelBinarizer().fit(WORDS), preprocessing.TargetEncoder().fit(WORDS[:, None], LABELS), preprocessing.MultiLabelBinarizer().fit([["a", "b"], ["c"]]),
    ]
    yield "imputers", [impute.SimpleImputer(strategy=s).fit([[1.0], [np.nan]]) for s in ("mean", "median", "most_frequent")] + [impute.KNNImputer().fit(FEATURES)]
    yield "bayes", [sklearn.naive_bayes.GaussianNB().fit(FEATURES, WORDS), sklearn.naive_bayes.CategoricalNB().fit([[0], [1]], [0, 1])]
    yield "networks", [sklearn.neural_network.MLPClassifier((3,), solver=s, max_iter=3).fit(FEATURES, LABELS) for s in ("adam", "sgd", "lbfgs")]
    yield "forests", [ensemble.RandomForestClassifier(5, random_state=s).fit(FEATURES, WORDS) for s in (None, 1, np.random.RandomState(1))] + [ensemble.IsolationForest(5).fit(FEATURES)]


def words():
    yield "count", text.CountVectorizer().fit(TEXTS)
    yield "tfidf", text.TfidfVectorizer(ngram_range=(1, 2), dtype=np.float32).fit(TEXTS)
    yield "hashing", text.HashingVectorizer(n_features=8).fit(TEXTS)
    yield "tokenizer", text.CountVectorizer(tokenizer=str.split, token_pattern=None).fit(TEXTS)
    yield "stop", text.TfidfVectorizer(stop_words="english", analyzer="char_wb").fit(TEXTS)
    yield "pipeline", pipeline.make_pipeline(text.TfidfVectorizer(), linear_model.LogisticRegression()).fit(TEXTS, [0, 1, 1] * 10)
    yield "topics", pipeline.make_pipeline(text.CountVectorizer(), sklearn.decomposition.LatentDirichletAllocation(2, max_iter=2)).fit(TEXTS)
    yield "stop-list", text.ENGLISH_STOP_WORDS


def others():
    yield "bunch", datasets.load_iris()
    yield "splitters", [
        model_selection.KFold(3), model_selection.StratifiedKFold(2), model_selection.GroupKFold(2), model_selection.TimeSeriesSplit(2), model_selection.ShuffleSplit(2, random_state=1),
        model_selection.LeaveOneOut(), model_selection.PredefinedSplit([0, 1]), model_selection.RepeatedKFold(n_splits=2), model_selection.ParameterGrid({"a": [1]}),
    ]
    yield "scorers", [metrics.get_scorer(name) for name in metrics.get_scorer_names()]
    yield "metrics", [metrics.accuracy_score, metrics.f1_score, metrics.roc_auc_score, metrics.mean_squared_error, metrics.r2_score, metrics.log_loss, metrics.pairwise.rbf_kernel]
    yield "displays", [metrics.ConfusionMatrixDisplay(np.eye(2)), metrics.RocCurveDisplay(fpr=[0, 1], tpr=[0, 1])]
    yield "results", [model_selection.cross_validate(linear_model.LogisticRegression(), FEATURES, LABELS, cv=2), metrics.classification_report(LABELS, LABELS, output_dict=True)]
    yield "unfitted", [tree.DecisionTreeClassifier(), tree.ExtraTreeRegressor(), linear_model.ElasticNet(), sklearn.cluster.KMeans(3)]
    yield "frame", pipeline.make_pipeline(preprocessing.StandardScaler().set_output(transform="pandas"), linear_model.LogisticRegression())
    yield "dump-of-dict", {"model": linear_model.Ridge().fit(FEATURES, TARGETS), "columns": ["a", "b"], "version": sklearn.__version__, "trained": np.datetime64("2020-01-01")}


def make(corpus):
    for index, (name, cls) in enumerate(all_estimators()):
        if corpus.small and index % 8:
            continue
        for number, estimator in enumerate(fitted(cls)[: 1 if corpus.small else 3]):
            corpus.pickles(f"estimators/{name}-{number}", estimator)
            corpus.joblib(f"estimators/{name}-{number}", estimator)
            corpus.joblib(f"estimators/{name}-{number}", estimator, (COMPRESSORS[(index + number) % 6], 3))
    for _, _, name, value in corpus.each(composed, varied, words, others):
        corpus.pickles(name, value)
        corpus.joblib(name, value)
        corpus.joblib(name, value, ("zlib", 3))
        for number, item in enumerate(value if isinstance(value, list) else []):
            corpus.pickles(f"{name}-{number}", item, (2, 4))
