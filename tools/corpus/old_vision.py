"""Whole models of an old torchvision, with narrow layers, and its transforms."""

import torch
from old_kinds import tried
from torch import nn
from torchvision import models, transforms

NAMES = (
    "alexnet densenet121 googlenet inception_v3 mnasnet0_5 mobilenet_v2 mobilenet_v3_small resnet18 resnet50 resnext50_32x4d shufflenet_v2_x0_5 squeezenet1_0 vgg11_bn "
    "wide_resnet50_2 efficientnet_b0 regnet_y_400mf convnext_tiny vit_b_32 swin_t"
)


def narrow(model):
    """Returns a model whose tensors are cut to one number a dimension: its objects are those of the whole one."""
    for module in model.modules():
        for name, value in list(module._parameters.items()):
            if value is not None:
                module._parameters[name] = nn.Parameter(value.data[tuple(slice(0, 1) for _ in value.shape)].clone())
        for name, value in list(module._buffers.items()):
            if value is not None:
                module._buffers[name] = value[tuple(slice(0, 1) for _ in value.shape)].clone()
    return model


def classifiers():
    for name in NAMES.split():
        for model in tried(lambda: narrow(getattr(models, name)(pretrained=False))):
            yield name, model


def detectors():
    from torchvision.models import detection, segmentation

    for name in ("fasterrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn", "keypointrcnn_resnet50_fpn", "retinanet_resnet50_fpn", "ssdlite320_mobilenet_v3_large", "fcos_resnet50_fpn"):
        for model in tried(lambda: narrow(getattr(detection, name)(pretrained=False, pretrained_backbone=False)), lambda: narrow(getattr(detection, name)(weights=None, weights_backbone=None)))[:1]:
            yield name, model
    for name in ("fcn_resnet101", "deeplabv3_resnet101", "lraspp_mobilenet_v3_large"):
        for model in tried(lambda: narrow(getattr(segmentation, name)(pretrained=False, pretrained_backbone=False)))[:1]:
            yield name, model


def preparations():
    yield "transforms", transforms.Compose([transforms.Resize(4), transforms.CenterCrop(2), transforms.ToTensor(), transforms.Normalize([0.5], [0.5])])
    yield "more", tried(
        lambda: transforms.RandomResizedCrop(4), lambda: transforms.RandomHorizontalFlip(), lambda: transforms.ColorJitter(0.1), lambda: transforms.RandomRotation(5), lambda: transforms.Grayscale(),
        lambda: transforms.RandomErasing(), lambda: transforms.ToPILImage(), lambda: transforms.Pad(1),
    )


def make(corpus):
    torch.manual_seed(0)
    for name, value in corpus.each(classifiers, detectors, preparations):
        corpus.torch(name, value)
        corpus.pickles(name, value, (2,))
        if isinstance(value, nn.Module):
            corpus.torch(name + "-parallel", nn.DataParallel(value))
            corpus.torch(name + "-checkpoint", {"model": value, "epoch": 1})
