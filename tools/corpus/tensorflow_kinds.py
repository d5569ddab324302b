"""What users of TensorFlow and Keras pickle: tokenizers, histories, models, layers, tensors and wrapped estimators."""

import importlib
import os

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
RNG = np.random.RandomState(0)
FEATURES = RNG.rand(20, 4).astype("float32")
LABELS = (FEATURES[:, 0] > 0.5).astype(int)
TEXTS = ["a b c", "b c d", "c d, e"]


def libraries():
    """Yields the Keras of TensorFlow, and tf_keras where it stands beside Keras 3."""
    import tensorflow as tf

    yield "keras", tf.keras
    try:
        yield "tf_keras", importlib.import_module("tf_keras")
    except ImportError:
        pass


def dense(keras):
    layers = keras.layers
    model = keras.Sequential([layers.Input((4,)), layers.Dense(3, activation="relu", kernel_regularizer="l2"), layers.Dropout(0.1), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def graph(keras):
    layers = keras.layers
    words = layers.Input((5,), dtype="int32")
    inner = layers.LSTM(2, return_sequences=True)(layers.Embedding(7, 3)(words))
    model = keras.Model(words, layers.Dense(2, activation="softmax")(layers.BatchNormalization()(layers.GlobalMaxPooling1D()(inner))))
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    return model


def picture(keras):
    layers = keras.layers
    model = keras.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(2, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2)])
    model.compile("rmsprop", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=[keras.metrics.SparseCategoricalAccuracy()])
    return model


def tokenizers():
    for name, keras in libraries():
        if not hasattr(keras.preprocessing, "text"):
            from keras.src.legacy.preprocessing import text
        else:
            text = keras.preprocessing.text
        for options in ({}, {"num_words": 3, "oov_token": "<OOV>"}, {"char_level": True, "filters": "", "lower": False}):
            words = text.Tokenizer(**options)
            words.fit_on_texts(TEXTS)
            yield f"{name}-{len(options)}", words
        yield f"{name}-bundle", {"tokenizer": words, "maxlen": 5, "classes": np.array(["x", "y"]), "matrix": words.texts_to_matrix(TEXTS)}
    from keras_preprocessing.text import Tokenizer

    words = Tokenizer(10)
    words.fit_on_texts(TEXTS)
    yield "keras_preprocessing", words


def histories():
    for name, keras in libraries():
        model = dense(keras)
        callbacks = [keras.callbacks.ReduceLROnPlateau(patience=1), keras.callbacks.EarlyStopping(patience=1)]
        history = model.fit(FEATURES, LABELS, validation_split=0.2, epochs=2, verbose=0, callbacks=callbacks)
        yield f"{name}-dict", history.history
        yield f"{name}-pair", [history.history, history.epoch, history.params]
        yield f"{name}-object", history
        yield f"{name}-callbacks", callbacks[1]


def models():
    for name, keras in libraries():
        for make in (dense, graph, picture):
            model = make(keras)
            yield f"{name}-{make.__name__}", model
            yield f"{name}-{make.__name__}-config", model.get_config()
            yield f"{name}-{make.__name__}-text", {"architecture": model.to_json(), "weights": model.get_weights()}
        variables = model.optimizer.variables
        yield f"{name}-optimizer", [model.optimizer.get_config(), [np.asarray(v) for v in (variables() if callable(variables) else variables)]]
        yield f"{name}-variables", [v if name == "tf_keras" else np.asarray(v) for v in model.trainable_variables]
        yield f"{name}-bundle", {"model": dense(keras), "scaler": scaler(), "columns": ["a", "b", "c", "d"]}
        yield f"{name}-untrained", keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])


def scaler():
    from sklearn.preprocessing import StandardScaler

    return StandardScaler().fit(FEATURES)


def parts():
    for name, keras in libraries():
        for item in (
            keras.optimizers.Adam(0.01), keras.optimizers.SGD(momentum=0.9), keras.losses.BinaryCrossentropy(), keras.losses.MeanSquaredError(), keras.metrics.MeanSquaredError(),
            keras.initializers.GlorotUniform(seed=1), keras.regularizers.L2(0.1), keras.constraints.MaxNorm(2), keras.layers.Dense(3, activation="relu"), keras.layers.Embedding(3, 2),
            keras.callbacks.EarlyStopping(), keras.callbacks.ModelCheckpoint("m.keras"), keras.callbacks.ReduceLROnPlateau(), keras.callbacks.CSVLogger("log.csv"), keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9),
        ):
            yield f"{name}-{type(item).__name__}", item
            if hasattr(item, "get_config"):
                yield f"{name}-{type(item).__name__}-config", item.get_config()
        yield f"{name}-functions", [keras.activations.relu, getattr(keras.losses, "mean_squared_error", keras.losses.MeanSquaredError), getattr(keras.metrics, "binary_accuracy", keras.metrics.BinaryAccuracy), keras.activations.softmax, keras.layers.Dense, keras.optimizers.Adam]
        vectors = keras.layers.TextVectorization(max_tokens=10, output_sequence_length=4)
        vectors.adapt(np.array(TEXTS))
        yield f"{name}-vectorizer", {"config": vectors.get_config(), "weights": vectors.get_weights(), "vocabulary": vectors.get_vocabulary()}
        normal = keras.layers.Normalization()
        normal.adapt(FEATURES)
        yield f"{name}-normalizer", {"config": normal.get_config(), "weights": normal.get_weights()}


def images():
    for name, keras in libraries():
        generator = getattr(keras.preprocessing.image, "ImageDataGenerator", None)
        if generator is None:
            from keras.src.legacy.preprocessing.image import ImageDataGenerator as generator
        yield name, generator(rescale=1 / 255, rotation_range=10, horizontal_flip=True)
        yield f"{name}-classes", {"cat": 0, "dog": 1}


def tensors():
    import tensorflow as tf

    yield "eager", [tf.constant([1.0, 2.0]), tf.constant(3), tf.constant([[True]])]
    yield "strings", tf.constant(["a", "b"])
    yield "half", tf.cast(tf.constant([1.0]), tf.bfloat16).numpy()
    yield "variable", tf.Variable([1.0, 2.0], name="w")
    yield "types", [tf.float32, tf.string, tf.TensorShape([None, 3]), tf.TensorSpec([None], tf.int32, "x"), tf.TensorShape(None)]
    yield "ragged", tf.RaggedTensorSpec([None, None], tf.int32)
    yield "dataset-spec", tf.data.Dataset.from_tensor_slices({"a": [1, 2], "b": [3.0, 4.0]}).element_spec
    yield "batch", {"x": tf.zeros([2, 3]), "y": np.zeros(2), "loss": tf.constant(0.5).numpy()}
    yield "sparse-spec", tf.SparseTensorSpec([None, 3], tf.float32)
    module = tf.Module()
    module.items, module.names = [1, 2], {"a": [1]}
    yield "wrappers", [module.items, module.names, {"config": module.names}]


def build(hidden=3):
    import tensorflow as tf

    model = tf.keras.Sequential([tf.keras.layers.Input((4,)), tf.keras.layers.Dense(hidden), tf.keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    return model


def regress():
    import tensorflow as tf

    model = tf.keras.Sequential([tf.keras.layers.Input((4,)), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def wrapped():
    from scikeras.wrappers import KerasClassifier, KerasRegressor

    import tensorflow as tf

    parts = {"optimizer": tf.keras.optimizers.Adam(0.01), "loss": tf.keras.losses.BinaryCrossentropy(), "metrics": [tf.keras.metrics.BinaryAccuracy()]}
    yield "scikeras-parts", KerasClassifier(model=build, **parts)
    yield from estimators("scikeras", KerasClassifier, KerasRegressor, {"model": build, "hidden": 3}, {"model": regress})


def wrapped_of_old():
    from tensorflow.keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor

    yield from estimators("old", KerasClassifier, KerasRegressor, {"build_fn": build}, {"build_fn": regress})


def estimators(name, classifier, regressor, first, second):
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    yield f"{name}-unfitted", classifier(**first, epochs=1, verbose=0)
    fitted = classifier(**first, epochs=1, verbose=0)
    fitted.fit(FEATURES, LABELS)
    yield f"{name}-classifier", fitted
    yield f"{name}-regressor", regressor(**second, epochs=1, verbose=0)
    fitted = regressor(**second, epochs=1, verbose=0)
    fitted.fit(FEATURES, FEATURES[:, 1])
    yield f"{name}-regressor-fitted", fitted
    yield f"{name}-pipeline", make_pipeline(StandardScaler(), classifier(**first, epochs=1, verbose=0)).fit(FEATURES, LABELS)
    yield f"{name}-search", GridSearchCV(classifier(**first, verbose=0), {"epochs": [1, 2]}, cv=2).fit(FEATURES, LABELS)


EVERY = (tokenizers, histories, models, parts, images, tensors, wrapped, wrapped_of_old)


def make(corpus):
    for _, _, name, value in corpus.each(*EVERY):
        for number, item in enumerate(value if type(value) is list else [value]):
            corpus.pickles(f"{name}-{number}", item, protocols=(2, 3, 4, 5), clean=False)
            corpus.joblib(f"{name}-{number}", item, clean=False)
        if "bundle" in name:
            corpus.joblib(name, value, compress=("zlib", 3), clean=False)
