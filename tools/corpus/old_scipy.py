"""Matrices, distributions, interpolators and trees of an old SciPy."""

import numpy as np
import scipy.integrate
import scipy.interpolate
import scipy.optimize
import scipy.signal
import scipy.sparse
import scipy.spatial
import scipy.special
import scipy.stats
from old_kinds import tried

POINTS = np.random.RandomState(0).rand(20, 2)
LINE = np.linspace(0, 1, 12)
LINEAR = scipy.interpolate


def matrices():
    for kind in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia"):
        made = getattr(scipy.sparse, kind + "_matrix")
        yield kind, [made(np.eye(3)), made(np.zeros((2, 3))), made(np.eye(2, dtype="f4")), made((3, 3))]


def interpolators():
    yield "interp1d", [LINEAR.interp1d(LINE, LINE, kind=kind) for kind in ("linear", "cubic", "nearest", "zero", "quadratic")]
    yield "interp1d-fill", LINEAR.interp1d(LINE, LINE, bounds_error=False, fill_value="extrapolate")
    yield "splines", tried(
        lambda: LINEAR.CubicSpline(LINE, LINE), lambda: LINEAR.PchipInterpolator(LINE, LINE), lambda: LINEAR.Akima1DInterpolator(LINE, LINE), lambda: LINEAR.splrep(LINE, LINE),
        lambda: LINEAR.UnivariateSpline(LINE, LINE), lambda: LINEAR.InterpolatedUnivariateSpline(LINE, LINE), lambda: LINEAR.LSQUnivariateSpline(LINE, LINE, [0.5]),
        lambda: LINEAR.BarycentricInterpolator(LINE, LINE), lambda: LINEAR.KroghInterpolator(LINE, LINE), lambda: LINEAR.PPoly(np.ones((2, 1)), [0, 1]),
        lambda: LINEAR.BPoly(np.ones((2, 1)), [0, 1]), lambda: LINEAR.make_interp_spline(LINE, LINE), lambda: LINEAR.BSpline(*LINEAR.splrep(LINE, LINE)),
    )
    yield "surfaces", tried(
        lambda: LINEAR.RectBivariateSpline(LINE, LINE, np.ones((12, 12))), lambda: LINEAR.RegularGridInterpolator((LINE,), LINE), lambda: LINEAR.interp2d(LINE, LINE, np.ones((12, 12))),
        lambda: LINEAR.SmoothBivariateSpline(POINTS[:, 0], POINTS[:, 1], POINTS[:, 0]), lambda: LINEAR.NearestNDInterpolator(POINTS, POINTS[:, 0]),
        lambda: LINEAR.LinearNDInterpolator(POINTS, POINTS[:, 0]), lambda: LINEAR.Rbf(LINE, LINE), lambda: LINEAR.Rbf(LINE, LINE, function="gaussian"),
        lambda: LINEAR.CloughTocher2DInterpolator(POINTS, POINTS[:, 0]), lambda: LINEAR.RBFInterpolator(POINTS, POINTS[:, 0]),
    )


def spatial():
    yield "trees", [scipy.spatial.KDTree(POINTS), scipy.spatial.cKDTree(POINTS)]
    yield "hulls", [scipy.spatial.ConvexHull(POINTS), scipy.spatial.Delaunay(POINTS), scipy.spatial.Voronoi(POINTS)]
    yield "rotations", tried(lambda: rotation().random(3), lambda: rotation().from_quat([0, 0, 0, 1]))


def rotation():
    from scipy.spatial.transform import Rotation

    return Rotation


def statistics():
    yield "frozen", tried(
        lambda: scipy.stats.norm(0, 1), lambda: scipy.stats.gamma(2.0), lambda: scipy.stats.poisson(3), lambda: scipy.stats.uniform(-1, 2), lambda: scipy.stats.beta(1, 2),
        lambda: scipy.stats.binom(3, 0.5), lambda: scipy.stats.multivariate_normal([0, 0]), lambda: scipy.stats.expon(scale=2), lambda: scipy.stats.randint(1, 5),
        lambda: scipy.stats.t(3), lambda: scipy.stats.truncnorm(-1, 1), lambda: scipy.stats.loguniform(0.1, 1), lambda: scipy.stats.dirichlet([1.0, 2]), lambda: scipy.stats.wishart(3, np.eye(2)),
    )
    yield "generators", [scipy.stats.norm, scipy.stats.gamma, scipy.stats.poisson, scipy.stats.expon, scipy.stats.uniform]
    yield "others", tried(
        lambda: scipy.stats.gaussian_kde([1.0, 2, 3]), lambda: scipy.stats.rv_histogram(np.histogram([1, 2, 3])), lambda: scipy.stats.rv_discrete(values=([1, 2], [0.5, 0.5])),
        lambda: scipy.stats.rv_continuous(name="mine"),
    )
    yield "results", tried(
        lambda: scipy.stats.ttest_ind([1, 2, 3], [2, 3, 4]), lambda: scipy.stats.linregress([1, 2, 3], [1, 2, 4]), lambda: scipy.stats.spearmanr([1, 2, 3], [1, 2, 4]),
        lambda: scipy.stats.describe([1, 2, 3]), lambda: scipy.stats.kstest([0.1, 0.2], "norm"), lambda: scipy.stats.mode([1, 1, 2]), lambda: scipy.stats.pearsonr([1, 2, 3], [1, 2, 4]),
    )


def solvers():
    yield "results", tried(
        lambda: scipy.optimize.minimize(np.sum, [1.0, 2], method="Nelder-Mead", options={"maxiter": 2}), lambda: scipy.optimize.minimize(np.sum, [1.0], method="BFGS", options={"maxiter": 1}),
        lambda: scipy.optimize.minimize(np.sum, [1.0], method="L-BFGS-B", bounds=[(0, 1)]), lambda: scipy.optimize.root(np.sin, [0.1]), lambda: scipy.optimize.linprog([1.0]),
        lambda: scipy.optimize.curve_fit(np.power, [1.0, 2, 3], [1.0, 4, 9]), lambda: scipy.optimize.least_squares(np.sin, [0.1]), lambda: scipy.optimize.Bounds([0], [1]),
        lambda: scipy.integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0]),
    )
    yield "signal", tried(lambda: scipy.signal.butter(2, 0.1), lambda: scipy.signal.lti([1], [1, 2]), lambda: scipy.signal.StateSpace([[1]], [[1]], [[1]], [[0]]), lambda: scipy.signal.dlti([1], [1, 2]))
    yield "functions", [scipy.special.expit, scipy.special.logit, scipy.stats.zscore, scipy.spatial.distance.cosine, scipy.spatial.distance.cdist, scipy.spatial.distance.euclidean]


def make(corpus):
    for name, value in corpus.each(matrices, interpolators, spatial, statistics, solvers):
        corpus.pickles(name, value)
        corpus.joblib(name, value)
        for number, item in enumerate(value if isinstance(value, list) else []):
            corpus.pickles("%s-%d" % (name, number), item, (0, 2, 4))
    for kind in ("csr", "csc", "coo", "bsr", "dia"):
        corpus.save("npz/%s.npz" % kind, lambda path: scipy.sparse.save_npz(path, scipy.sparse.eye(3, format=kind)))
