"""Models of old releases of XGBoost, LightGBM and CatBoost."""

import numpy as np
from sklearn import model_selection, pipeline, preprocessing

RNG = np.random.RandomState(0)
FEATURES = RNG.rand(60, 4)
LABELS = (FEATURES[:, 0] > 0.5).astype(int)
WORDS = np.where(LABELS, "yes", "no")


def xgboost_models():
    import xgboost as xgb

    for name in ("XGBClassifier", "XGBRegressor", "XGBRFClassifier", "XGBRFRegressor"):
        if hasattr(xgb, name):
            yield name, getattr(xgb, name)(n_estimators=2, max_depth=2).fit(FEATURES, LABELS)
    yield "booster", xgb.train({"max_depth": 2, "silent": 1}, xgb.DMatrix(FEATURES, LABELS, feature_names=list("abcd")), 2)
    yield "unfitted", xgb.XGBClassifier()
    yield "pipeline", pipeline.make_pipeline(preprocessing.StandardScaler(), xgb.XGBClassifier(n_estimators=2)).fit(FEATURES, LABELS)
    yield "grid", model_selection.GridSearchCV(xgb.XGBClassifier(n_estimators=2), {"max_depth": [1, 2]}, cv=2).fit(FEATURES, LABELS)
    yield "linear", xgb.XGBRegressor(booster="gblinear", n_estimators=2).fit(FEATURES, LABELS)
    yield "dart", xgb.XGBRegressor(booster="dart", n_estimators=2).fit(FEATURES, LABELS)
    yield "words", xgb.XGBClassifier(n_estimators=2).fit(FEATURES, WORDS)
    yield "stopped", xgb.XGBClassifier(n_estimators=3).fit(FEATURES, LABELS, eval_set=[(FEATURES, LABELS)], early_stopping_rounds=1, verbose=False)


def lightgbm_models():
    import lightgbm as lgb

    arguments = {"n_estimators": 2, "min_child_samples": 2}
    for name in ("LGBMClassifier", "LGBMRegressor"):
        yield name, getattr(lgb, name)(**arguments).fit(FEATURES, LABELS)
    yield "LGBMRanker", lgb.LGBMRanker(**arguments).fit(FEATURES, LABELS, group=[30, 30])
    yield "words", lgb.LGBMClassifier(**arguments).fit(FEATURES, WORDS)
    yield "booster", lgb.train({"verbose": -1, "objective": "binary"}, lgb.Dataset(FEATURES, LABELS), 2)
    yield "unfitted", lgb.LGBMClassifier()
    yield "pipeline", pipeline.make_pipeline(preprocessing.StandardScaler(), lgb.LGBMRegressor(**arguments)).fit(FEATURES, LABELS)
    yield "stopped", lgb.LGBMClassifier(**arguments).fit(FEATURES, LABELS, eval_set=[(FEATURES, LABELS)], early_stopping_rounds=1, verbose=False)


def catboost_models():
    import catboost

    arguments = {"iterations": 2, "verbose": False, "allow_writing_files": False}
    yield "CatBoostClassifier", catboost.CatBoostClassifier(**arguments).fit(FEATURES, LABELS)
    yield "CatBoostRegressor", catboost.CatBoostRegressor(**arguments).fit(FEATURES, LABELS)
    yield "CatBoost", catboost.CatBoost(arguments).fit(FEATURES, LABELS)
    yield "words", catboost.CatBoostClassifier(**arguments).fit(FEATURES, WORDS)


def make(corpus):
    for name, value in corpus.each(xgboost_models, lightgbm_models, catboost_models):
        corpus.pickles(name, value)
        corpus.joblib(name, value)
