"""Matrices, distributions, interpolators and trees of SciPy."""

import io

import numpy as np
import scipy.integrate
import scipy.interpolate
import scipy.optimize
import scipy.signal
import scipy.sparse
import scipy.spatial
import scipy.stats

POINTS = np.random.RandomState(0).rand(20, 2)
LINE = np.linspace(0, 1, 12)


def matrices():
    for kind in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia"):
        for form in ("matrix", "array"):
            make = getattr(scipy.sparse, f"{kind}_{form}")
            yield f"{kind}-{form}", [make(np.eye(3)), make(np.zeros((2, 3))), make(np.eye(2, dtype="f4"))]


def interpolators():
    yield "interp1d", [scipy.interpolate.interp1d(LINE, LINE, kind=k) for k in ("linear", "cubic", "nearest", "previous")]
    yield "splines", [
        scipy.interpolate.CubicSpline(LINE, LINE), scipy.interpolate.PchipInterpolator(LINE, LINE), scipy.interpolate.Akima1DInterpolator(LINE, LINE),
        scipy.interpolate.UnivariateSpline(LINE, LINE), scipy.interpolate.make_interp_spline(LINE, LINE), scipy.interpolate.BarycentricInterpolator(LINE, LINE),
        scipy.interpolate.KroghInterpolator(LINE, LINE), scipy.interpolate.PPoly(np.ones((2, 1)), [0, 1]), scipy.interpolate.BPoly(np.ones((2, 1)), [0, 1]),
        scipy.interpolate.splrep(LINE, LINE), scipy.interpolate.make_smoothing_spline(LINE, LINE),
    ]
    yield "surfaces", [
        scipy.interpolate.RectBivariateSpline(LINE, LINE, np.ones((12, 12))), scipy.interpolate.RegularGridInterpolator((LINE,), LINE),
        scipy.interpolate.RBFInterpolator(POINTS, POINTS[:, 0]), scipy.interpolate.NearestNDInterpolator(POINTS, POINTS[:, 0]),
        scipy.interpolate.LinearNDInterpolator(POINTS, POINTS[:, 0]), scipy.interpolate.Rbf(LINE, LINE), scipy.interpolate.CloughTocher2DInterpolator(POINTS, POINTS[:, 0]),
    ]


def spatial():
    from scipy.spatial.transform import Rotation, Slerp

    rotations = Rotation.random(3, random_state=0)
    yield "trees", [scipy.spatial.KDTree(POINTS), scipy.spatial.cKDTree(POINTS)]
    yield "hulls", [scipy.spatial.ConvexHull(POINTS), scipy.spatial.Delaunay(POINTS), scipy.spatial.Voronoi(POINTS)]
    yield "rotations", [rotations, rotations[0], Slerp([0, 1, 2], rotations), scipy.spatial.Rectangle([1, 1], [0, 0])]


def statistics():
    yield "frozen", [
        scipy.stats.norm(0, 1), scipy.stats.gamma(2.0), scipy.stats.poisson(3), scipy.stats.uniform(-1, 2), scipy.stats.beta(1, 2), scipy.stats.binom(3, 0.5),
        scipy.stats.multivariate_normal([0, 0]), scipy.stats.dirichlet([1.0, 2]), scipy.stats.wishart(3, np.eye(2)), scipy.stats.loguniform(0.1, 1),
        scipy.stats.randint(1, 5), scipy.stats.expon(scale=2), scipy.stats.t(3), scipy.stats.truncnorm(-1, 1),
    ]
    yield "generators", [scipy.stats.norm, scipy.stats.gamma, scipy.stats.poisson, scipy.stats.multivariate_normal]
    yield "others", [
        scipy.stats.gaussian_kde([1.0, 2, 3]), scipy.stats.rv_histogram(np.histogram([1, 2, 3])), scipy.stats.rv_discrete(values=([1, 2], [0.5, 0.5])),
        scipy.stats.ecdf([1, 2, 3]), scipy.stats.rv_continuous(name="mine"), scipy.stats.qmc.Sobol(2, seed=1), scipy.stats.qmc.Halton(2, seed=1),
    ]
    yield "results", [
        scipy.stats.ttest_ind([1, 2, 3], [2, 3, 4]), scipy.stats.pearsonr([1, 2, 3], [1, 2, 4]), scipy.stats.linregress([1, 2, 3], [1, 2, 4]),
        scipy.stats.spearmanr([1, 2, 3], [1, 2, 4]), scipy.stats.describe([1, 2, 3]), scipy.stats.kstest([0.1, 0.2], "norm"), scipy.stats.bootstrap(([1.0, 2, 3],), np.mean, n_resamples=9),
        scipy.stats.chi2_contingency([[1, 2], [3, 4]]), scipy.stats.mannwhitneyu([1, 2], [2, 3]), scipy.stats.shapiro([1, 2, 3.5]),
    ]


def solvers():
    yield "results", [
        scipy.optimize.minimize(np.sum, [1.0, 2], method="Nelder-Mead", options={"maxiter": 2}), scipy.optimize.curve_fit(np.power, [1.0, 2, 3], [1.0, 4, 9]),
        scipy.optimize.minimize(np.sum, [1.0], method="BFGS", options={"maxiter": 1}), scipy.optimize.root(np.sin, [0.1]), scipy.optimize.Bounds([0], [1]),
        scipy.optimize.LinearConstraint(np.eye(2)), scipy.optimize.linprog([1.0], bounds=[(0, 1)]), scipy.integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0]),
        scipy.optimize.BFGS(), scipy.optimize.minimize(np.sum, [1.0], method="L-BFGS-B", bounds=[(0, 1)]), scipy.optimize.differential_evolution(np.sum, [(0, 1)], maxiter=1),
    ]
    yield "signal", [scipy.signal.butter(2, 0.1), scipy.signal.TransferFunction([1], [1, 2]), scipy.signal.StateSpace([[1]], [[1]], [[1]], [[0]]), scipy.signal.dlti([1], [1, 2])]
    yield "operators", [scipy.sparse.linalg.aslinearoperator(np.eye(2)), scipy.sparse.linalg.LaplacianNd((3,))]
    yield "functions", [scipy.special.expit, scipy.special.logit, scipy.stats.zscore, scipy.spatial.distance.cosine, scipy.spatial.distance.cdist]


def make(corpus):
    for _, _, name, value in corpus.each(matrices, interpolators, spatial, statistics, solvers):
        corpus.pickles(name, value)
        corpus.joblib(name, value)
        corpus.joblib(name, value, ("zlib", 3))
        for index, item in enumerate(value):
            corpus.pickles(f"{name}-{index}", item, (0, 2, 4))
    for kind in ("csr", "csc", "coo", "bsr", "dia"):
        for compressed in (True, False):
            out = io.BytesIO()
            scipy.sparse.save_npz(out, scipy.sparse.eye(3, format=kind), compressed=compressed)
            corpus.bytes(f"npz/{kind}-{compressed}.npz", out.getvalue())
