"""What users of JAX, Flax, Optax and Haiku pickle: arrays, parameters, optimizer states and whole training states."""

import os

import numpy as np

os.environ.setdefault("JAX_PLATFORMS", "cpu")


def arrays():
    import jax
    import jax.numpy as jnp

    yield "numbers", [jnp.arange(6.0).reshape(2, 3), jnp.array(1), jnp.ones(3, jnp.bfloat16), jnp.zeros((0, 2), jnp.float16), jnp.array([True])]
    yield "host", [np.asarray(jnp.ones(2)), jax.device_get({"w": jnp.ones(2, jnp.bfloat16)})]
    yield "params", [(jnp.ones((2, 3)), jnp.zeros(3)), (jnp.ones((3, 1)), jnp.zeros(1))]
    yield "key", jax.random.PRNGKey(0)
    yield "shape", jax.ShapeDtypeStruct((2, 3), jnp.float32)
    yield "types", [jnp.float32, jnp.bfloat16, jnp.dtype("bfloat16"), jnp.dtype("float8_e4m3fn"), jnp.int32]
    yield "tree", jax.tree_util.tree_structure({"a": [1, 2], "b": (3,)})
    yield "functions", [jax.nn.relu, jax.nn.gelu, jnp.tanh]
    yield "device", jax.ShapeDtypeStruct((1,), jnp.int8)


def networks():
    import flax
    import flax.linen as nn
    import jax
    import jax.numpy as jnp
    import optax
    from flax.training.train_state import TrainState

    model = nn.Sequential([nn.Dense(3), nn.relu, nn.Dense(1)])
    params = model.init(jax.random.PRNGKey(0), jnp.ones((1, 4)))
    yield "params", params
    yield "frozen", flax.core.freeze(params)
    yield "host", jax.tree_util.tree_map(np.asarray, params)
    yield "bytes", {"params": flax.serialization.to_bytes(params), "step": 3}
    yield "module", [nn.Dense(3), nn.BatchNorm(), nn.Embed(3, 2), nn.LayerNorm()]
    state = TrainState.create(apply_fn=None, params=params, tx=optax.identity())
    yield "state-dict", flax.serialization.to_state_dict(state)
    yield "state", TrainState(step=0, apply_fn=None, params=params, tx=None, opt_state=optax.adam(1e-3).init(params))
    yield "checkpoint", {"params": params, "opt_state": optax.adamw(1e-3).init(params), "epoch": 3, "key": jax.random.PRNGKey(1)}


def modules():
    from flax import nnx

    model = nnx.Linear(2, 3, rngs=nnx.Rngs(0))
    _, state = nnx.split(model)
    yield "state", state
    yield "dict", state.to_pure_dict() if hasattr(state, "to_pure_dict") else nnx.to_pure_dict(state)
    yield "model", model
    yield "definition", nnx.split(model)[0]


def optimizers():
    import jax.numpy as jnp
    import optax

    params = {"w": jnp.ones(3), "b": jnp.zeros(1)}
    for name, made in (
        ("sgd", optax.sgd(0.1, momentum=0.9)), ("adam", optax.adam(0.1)), ("adamw", optax.adamw(optax.cosine_decay_schedule(0.1, 10))), ("rmsprop", optax.rmsprop(0.1)),
        ("clipped", optax.chain(optax.clip_by_global_norm(1.0), optax.adam(0.1))), ("lamb", optax.lamb(0.1)), ("adafactor", optax.adafactor(0.1)), ("lion", optax.lion(0.1)),
        ("steps", optax.MultiSteps(optax.adam(0.1), 2)), ("masked", optax.masked(optax.adam(0.1), {"w": True, "b": False})), ("injected", optax.inject_hyperparams(optax.adam)(0.1)),
        ("ema", optax.ema(0.9)), ("finite", optax.apply_if_finite(optax.sgd(0.1), 3)), ("multi", optax.multi_transform({"a": optax.sgd(0.1), "b": optax.adam(0.1)}, {"w": "a", "b": "b"})),
    ):
        yield name, made.init(params)


def haikus():
    import haiku
    import jax
    import jax.numpy as jnp

    net = haiku.transform_with_state(lambda x: haiku.BatchNorm(True, True, 0.9)(haiku.nets.MLP([3, 1])(x), True))
    params, state = net.init(jax.random.PRNGKey(0), jnp.ones((1, 4)))
    yield "params", params
    yield "pair", {"params": params, "state": state}
    yield "flat", haiku.data_structures.to_immutable_dict(params)


def records():
    import chex
    import jax.numpy as jnp

    yield "types", [chex.Dimensions(B=3), {"a": jnp.ones(2)}]


EVERY = (arrays, networks, modules, optimizers, haikus, records)


def make(corpus):
    for _, _, name, value in corpus.each(*EVERY):
        for number, item in enumerate(value if type(value) is list else [value]):
            corpus.pickles(f"{name}-{number}", item, protocols=(2, 3, 4, 5), clean=False)
            corpus.joblib(f"{name}-{number}", item, clean=False)
