"""Models of xgboost, LightGBM and CatBoost by the save paths that people use."""

import numpy as np
from sklearn import model_selection, pipeline, preprocessing

RNG = np.random.RandomState(0)
FEATURES = RNG.rand(60, 4)
LABELS = (FEATURES[:, 0] > 0.5).astype(int)
TARGETS = FEATURES @ [1.0, 2, 3, 4]


def xgboost_models():
    import xgboost as xgb

    for name in ("XGBClassifier", "XGBRegressor", "XGBRFClassifier", "XGBRFRegressor"):
        yield name, getattr(xgb, name)(n_estimators=2, max_depth=2).fit(FEATURES, LABELS)
    yield "XGBRanker", xgb.XGBRanker(n_estimators=2).fit(FEATURES, LABELS, group=[30, 30])
    yield "objective", [xgb.XGBClassifier(n_estimators=2, objective=o).fit(FEATURES, LABELS) for o in ("binary:logistic", "multi:softprob") if o[0] == "b"]
    yield "stopped", xgb.XGBClassifier(n_estimators=3, early_stopping_rounds=1, eval_metric="logloss").fit(FEATURES, LABELS, eval_set=[(FEATURES, LABELS)], verbose=False)
    booster = xgb.train({"max_depth": 2}, xgb.DMatrix(FEATURES, LABELS, feature_names=list("abcd")), 2)
    yield "booster", booster
    yield "unfitted", xgb.XGBClassifier()
    yield "pipeline", pipeline.make_pipeline(preprocessing.StandardScaler(), xgb.XGBClassifier(n_estimators=2)).fit(FEATURES, LABELS)
    yield "grid", model_selection.GridSearchCV(xgb.XGBClassifier(n_estimators=2), {"max_depth": [1, 2]}, cv=2).fit(FEATURES, LABELS)
    yield "linear", xgb.XGBRegressor(booster="gblinear", n_estimators=2).fit(FEATURES, TARGETS)
    yield "dart", xgb.XGBRegressor(booster="dart", n_estimators=2).fit(FEATURES, TARGETS)


def lightgbm_models():
    import lightgbm as lgb

    arguments = {"n_estimators": 2, "verbose": -1, "min_child_samples": 2}
    for name in ("LGBMClassifier", "LGBMRegressor"):
        yield name, getattr(lgb, name)(**arguments).fit(FEATURES, LABELS)
    yield "LGBMRanker", lgb.LGBMRanker(**arguments).fit(FEATURES, LABELS, group=[30, 30])
    yield "booster", lgb.train({"verbose": -1, "objective": "binary"}, lgb.Dataset(FEATURES, LABELS), 2)
    yield "stopped", lgb.LGBMClassifier(**arguments).fit(FEATURES, LABELS, eval_set=[(FEATURES, LABELS)], callbacks=[lgb.early_stopping(1, verbose=False)])
    yield "unfitted", lgb.LGBMClassifier()
    yield "words", lgb.LGBMClassifier(**arguments).fit(FEATURES, np.where(LABELS, "yes", "no"))
    yield "pipeline", pipeline.make_pipeline(preprocessing.StandardScaler(), lgb.LGBMRegressor(**arguments)).fit(FEATURES, TARGETS)
    yield "history", lgb.cv({"verbose": -1, "objective": "binary"}, lgb.Dataset(FEATURES, LABELS), 2, nfold=2)


def catboost_models():
    import catboost

    arguments = {"iterations": 2, "verbose": False, "allow_writing_files": False}
    yield "CatBoostClassifier", catboost.CatBoostClassifier(**arguments).fit(FEATURES, LABELS)
    yield "CatBoostRegressor", catboost.CatBoostRegressor(**arguments).fit(FEATURES, TARGETS)
    yield "CatBoost", catboost.CatBoost(arguments).fit(FEATURES, LABELS)
    yield "unfitted", catboost.CatBoostClassifier(**arguments)
    yield "words", catboost.CatBoostClassifier(**arguments).fit(FEATURES, np.where(LABELS, "yes", "no"))
    yield "pipeline", pipeline.make_pipeline(preprocessing.StandardScaler(), catboost.CatBoostRegressor(**arguments)).fit(FEATURES, TARGETS)


def imbalanced():
    import imblearn.combine
    import imblearn.ensemble
    import imblearn.over_sampling
    import imblearn.pipeline
    import imblearn.under_sampling
    from sklearn.linear_model import LogisticRegression

    uneven = (FEATURES[:, 0] > 0.7).astype(int)
    for sampler in (imblearn.over_sampling.SMOTE, imblearn.over_sampling.ADASYN, imblearn.over_sampling.RandomOverSampler, imblearn.under_sampling.RandomUnderSampler, imblearn.under_sampling.TomekLinks,
                    imblearn.combine.SMOTETomek, imblearn.under_sampling.NearMiss, imblearn.over_sampling.BorderlineSMOTE):
        yield sampler.__name__, imblearn.pipeline.make_pipeline(sampler(), LogisticRegression()).fit(FEATURES, uneven)
    yield "BalancedRandomForestClassifier", imblearn.ensemble.BalancedRandomForestClassifier(3).fit(FEATURES, uneven)
    yield "EasyEnsembleClassifier", imblearn.ensemble.EasyEnsembleClassifier(3).fit(FEATURES, uneven)


def encoders():
    import category_encoders
    import pandas as pd

    frame = pd.DataFrame({"a": list("xyz") * 20, "b": FEATURES[:, 0]})
    for name in category_encoders.__all__:
        yield name, getattr(category_encoders, name)(cols=["a"]).fit(frame, LABELS)


def clusters():
    import hdbscan

    yield "HDBSCAN", hdbscan.HDBSCAN(prediction_data=True).fit(FEATURES)


def make(corpus):
    for _, _, name, value in corpus.each(xgboost_models, lightgbm_models, catboost_models, imbalanced, encoders, clusters):
        corpus.pickles(name, value, clean=False)
        corpus.joblib(name, value, clean=False)
        corpus.joblib(name, value, ("zlib", 3), clean=False)
