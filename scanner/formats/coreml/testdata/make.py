"""Writes models with the messages of coremltools (its protobuf files alone, no compiler)."""
from coremltools.proto import Model_pb2 as M
from coremltools.proto import MIL_pb2 as MIL


def network(model, classes=()):
    layer = model.neuralNetwork.layers.add(name="dense")
    layer.innerProduct.inputChannels = layer.innerProduct.outputChannels = 1
    layer.innerProduct.weights.floatValue.append(1)
    for name in classes:
        model.neuralNetwork.layers.add(name="own").custom.className = name


def write(name, fill):
    model = M.Model(specificationVersion=4)
    fill(model)
    with open(name, "wb") as f:
        f.write(model.SerializeToString())


def pipeline(model):
    inner = model.pipeline.models.add(specificationVersion=4)
    branch = inner.neuralNetwork.layers.add(name="if").branch
    branch.ifBranch.layers.add(name="own").custom.className = "InBranch"
    inner.neuralNetwork.layers.add(name="while").loop.bodyNetwork.layers.add(name="own").custom.className = "InLoop"
    model.pipeline.models.add(specificationVersion=4).customModel.className = "WholeModel"


def program(file):
    def fill(model):
        operation = model.mlProgram.functions["main"].block_specializations["CoreML5"].operations.add(type="const")
        operation.attributes["val"].blobFileValue.fileName = file
    return fill


def linked(model):
    model.linkedModel.linkedModelFile.linkedModelFileName.defaultValue = "other"
    model.linkedModel.linkedModelFile.linkedModelSearchPath.defaultValue = "../../elsewhere"


write("network.mlmodel", network)
write("custom.mlmodel", lambda m: network(m, ["OwnLayer"]))
write("pipeline.mlmodel", pipeline)
write("program.mlmodel", program("@model_path/weights/weight.bin"))
write("program-outside.mlmodel", program("@model_path/../../../etc/passwd"))
write("linked.mlmodel", linked)
