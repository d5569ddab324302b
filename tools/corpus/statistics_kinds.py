"""Results of statsmodels, and what its formulas leave in them."""

import io

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.tsa import api as tsa

RNG = np.random.RandomState(0)
FEATURES = RNG.rand(60, 3)
TARGETS = FEATURES @ [1.0, 2, 3] + RNG.rand(60)
LABELS = (RNG.rand(60) > 0.5).astype(int)
FRAME = pd.DataFrame(FEATURES, columns=list("abc")).assign(y=TARGETS, k=list("uvw") * 20)
SERIES = pd.Series(RNG.rand(60).cumsum(), pd.date_range("2020", periods=60, freq="D"))


def regressions():
    constant = sm.add_constant(FEATURES)
    yield "OLS", sm.OLS(TARGETS, constant).fit()
    yield "OLS-frame", sm.OLS(FRAME.y, sm.add_constant(FRAME[["a", "b"]])).fit()
    yield "WLS", sm.WLS(TARGETS, constant, np.ones(60)).fit()
    yield "GLS", sm.GLS(TARGETS, constant).fit()
    yield "robust", sm.OLS(TARGETS, constant).fit(cov_type="HC3")
    yield "Logit", sm.Logit(LABELS, constant).fit(disp=0)
    yield "Probit", sm.Probit(LABELS, constant).fit(disp=0)
    yield "MNLogit", sm.MNLogit(np.arange(60) % 3, constant).fit(disp=0)
    yield "Poisson", sm.Poisson(np.arange(60) % 4, constant).fit(disp=0)
    for family in (sm.families.Gaussian(), sm.families.Binomial(), sm.families.Poisson(), sm.families.Gamma()):
        yield f"GLM-{type(family).__name__}", sm.GLM(LABELS + 1 if "Gamma" in str(type(family)) else LABELS, constant, family=family).fit()
    yield "RLM", sm.RLM(TARGETS, constant, M=sm.robust.norms.HuberT()).fit()
    yield "Quant", sm.QuantReg(TARGETS, constant).fit(0.5)
    yield "Mixed", sm.MixedLM(TARGETS, constant, np.arange(60) % 5).fit()
    yield "formula", smf.ols("y ~ a + C(k) + np.log(b + 1)", FRAME).fit()
    yield "formula-glm", smf.glm("y ~ a", FRAME).fit()
    yield "formula-logit", smf.logit("z ~ a", FRAME.assign(z=LABELS)).fit(disp=0)


def series():
    yield "ARIMA", tsa.ARIMA(SERIES, order=(1, 0, 0)).fit()
    yield "SARIMAX", tsa.SARIMAX(SERIES, order=(1, 0, 0), seasonal_order=(0, 0, 0, 0)).fit(disp=0)
    yield "AutoReg", tsa.AutoReg(SERIES, 1).fit()
    yield "Holt", tsa.Holt(SERIES, initialization_method="estimated").fit()
    yield "ExponentialSmoothing", tsa.ExponentialSmoothing(SERIES, trend="add").fit()
    yield "SimpleExpSmoothing", tsa.SimpleExpSmoothing(SERIES, initialization_method="estimated").fit()
    yield "VAR", tsa.VAR(FRAME[["a", "b"]]).fit(1)
    yield "seasonal", tsa.seasonal_decompose(SERIES, period=7)
    yield "STL", tsa.STL(SERIES, period=7).fit()
    yield "ETS", tsa.ETSModel(SERIES).fit(disp=0)
    yield "UnobservedComponents", tsa.UnobservedComponents(SERIES, "local level").fit(disp=0)


def others():
    yield "KDE", kde()
    yield "ECDF", sm.distributions.ECDF([1, 2, 3])
    yield "PCA", sm.multivariate.PCA(FEATURES, 2) if hasattr(sm, "multivariate") else sm.PCA(FEATURES, 2)
    yield "anova", sm.stats.anova_lm(smf.ols("y ~ a", FRAME).fit())


def kde():
    density = sm.nonparametric.KDEUnivariate(TARGETS)
    density.fit()
    return density


def make(corpus):
    for _, _, name, value in corpus.each(regressions, series, others):
        corpus.pickles(name, value, clean=False)
        corpus.joblib(name, value, clean=False)
        if hasattr(value, "save"):
            out = io.BytesIO()
            try:
                value.save(out)
            except Exception as problem:
                corpus.refused.append(f"{name} save: {problem}")
                continue
            corpus.bytes(f"{name}-save.pickle", out.getvalue(), clean=False)
