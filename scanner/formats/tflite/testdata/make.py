"""Writes the real models of these tests, with the packages tensorflow (keras) and litert-lm-builder.

    make.py models      conv.tflite and flex-*.tflite, by TensorFlow's own converter
    make.py bundle      bundle.head, the header of a bundle around conv.tflite

The graphs compute next to nothing; flex-write and flex-read take a path and a text as inputs,
and nobody runs them.
"""
import io
import sys


def models():
    import tensorflow as tf

    layers = [tf.keras.layers.Input((8, 8, 1)), tf.keras.layers.Conv2D(2, 3), tf.keras.layers.Flatten(), tf.keras.layers.Dense(2)]
    with open("conv.tflite", "wb") as f:
        f.write(tf.lite.TFLiteConverter.from_keras_model(tf.keras.Sequential(layers)).convert())

    def write(x):
        tf.io.write_file("/nonexistent/inert", x)
        return x

    for name, function in {"write": write, "read": tf.io.read_file, "string": tf.strings.length}.items():
        module = tf.Module()
        module.f = tf.function(lambda x, function=function: function(x), input_signature=[tf.TensorSpec([], tf.string)])
        converter = tf.lite.TFLiteConverter.from_concrete_functions([module.f.get_concrete_function()], module)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
        with open(f"flex-{name}.tflite", "wb") as f:
            f.write(converter.convert())


def bundle():
    from litert_lm_builder import litertlm_builder as lm

    builder = lm.LitertLmFileBuilder()
    builder.add_system_metadata(lm.Metadata(key="author", value="modelsieve", dtype=lm.DType.STRING))
    builder.add_tflite_model("conv.tflite", lm.TfLiteModelType.PREFILL_DECODE)
    builder.add_generic_binary_data("conv.tflite")
    out = io.BytesIO()
    builder.build(out)
    content = out.getvalue()
    with open("bundle.head", "wb") as f:
        f.write(content[: int.from_bytes(content[24:32], "little")])
    with open("/tmp/bundle.litertlm", "wb") as f:
        f.write(content)


{"models": models, "bundle": bundle}[sys.argv[1]]()
