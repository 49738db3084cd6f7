"""Writes vectors.txt: what losses and layers of PyTorch 2.13 give in float64. Run as: python vectors.py > vectors.txt

A line is `case tensor dims values`: the value y and the gradients of the inputs 0, 1, ... of L = sum(y * wave(9)).
"""
import math
import numpy as np
import torch
import torch.nn.functional as F


def wave(k, *dims):
    n = math.prod(dims)
    return torch.tensor([np.float32(1.5 * math.sin(1.3 * i + k)) for i in range(n)], dtype=torch.float64).reshape(dims)


def positive(k, *dims):
    return torch.tensor(np.float32(wave(k, *dims).numpy() / 4 + 0.5), dtype=torch.float64)


def line(case, name, x):
    print(case, name, ",".join(map(str, x.shape)) or "()", " ".join("%.9g" % v for v in x.detach().flatten().tolist()))


def case(name, f, *xs):
    xs = [x.requires_grad_() for x in xs]
    y = f(*xs)
    line(name, "y", y)
    (y * wave(9, *y.shape)).sum().backward()
    for i, x in enumerate(xs):
        line(name, str(i), x.grad)


TARGETS = torch.tensor([0, 4, -1, 2, -1, 2])
WEIGHTS = torch.tensor([0.5, 2, 0.25, 0, 3], dtype=torch.float64)
for reduction in ("mean", "sum", "none"):
    for smoothing in (0, 0.25):
        for weight in (None, WEIGHTS):
            case("crossEntropy.%s.%s.%s" % (reduction, smoothing, "plain" if weight is None else "weighted"),
                 lambda x: F.cross_entropy(x, TARGETS, weight, ignore_index=-1, label_smoothing=smoothing,
                                           reduction=reduction), wave(1, 6, 5))
    case("mse." + reduction, lambda x, y: F.mse_loss(x, y, reduction=reduction), wave(1, 3, 4), wave(2, 3, 4))
    case("mae." + reduction, lambda x, y: F.l1_loss(x, y, reduction=reduction), wave(1, 3, 4), wave(2, 3, 4))
    case("huber." + reduction, lambda x, y: F.huber_loss(x, y, delta=0.75, reduction=reduction), wave(1, 3, 4),
         wave(2, 3, 4))
    case("binaryCrossEntropy." + reduction,
         lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction=reduction), wave(1, 3, 4), positive(2, 3, 4))
case("klDivergence.mean", lambda x, y: F.kl_div(x, y, reduction="batchmean"), wave(1, 3, 4), positive(2, 3, 4))
case("klDivergence.sum", lambda x, y: F.kl_div(x, y, reduction="sum"), wave(1, 3, 4), positive(2, 3, 4))
case("cosine.none", lambda x, y: 1 - F.cosine_similarity(x, y, dim=-1), wave(1, 3, 4), wave(2, 3, 4))

case("conv1d", lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=3, dilation=2, groups=2), wave(1, 2, 4, 9),
     wave(2, 6, 2, 3), wave(3, 6))
case("conv2d", lambda x, w, b: F.conv2d(x, w, b, stride=(2, 1), padding=(1, 0), dilation=(1, 2)), wave(1, 2, 3, 5, 7),
     wave(2, 4, 3, 3, 2), wave(3, 4))
case("convTranspose2d", lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1, output_padding=1, groups=2),
     wave(1, 2, 4, 3, 4), wave(2, 4, 3, 3, 3), wave(3, 6))
case("convTranspose2d.rectangular", lambda x, w, b: F.conv_transpose2d(
    x, w, b, stride=(1, 3), padding=(0, 2), output_padding=(0, 2), dilation=(2, 1)), wave(1, 1, 2, 3, 2),
     wave(2, 2, 3, 2, 4), wave(3, 3))
case("upsample.nearest", lambda x: F.interpolate(x, scale_factor=2, mode="nearest"), wave(1, 1, 2, 3, 2))
case("upsample.nearest.size", lambda x: F.interpolate(x, size=(5, 2), mode="nearest"), wave(1, 1, 2, 3, 4))
case("upsample.bilinear", lambda x: F.interpolate(x, scale_factor=3, mode="bilinear"), wave(1, 1, 2, 3, 2))
case("upsample.bilinear.size", lambda x: F.interpolate(x, size=(5, 2), mode="bilinear"), wave(1, 1, 2, 3, 7))
for ceil in (False, True):
    case("maxPool2d.%s" % ceil, lambda x: F.max_pool2d(x, (3, 2), (2, 2), (1, 0), ceil_mode=ceil), wave(1, 1, 2, 6, 7))
    for count in (False, True):
        case("avgPool2d.%s.%s" % (ceil, count), lambda x: F.avg_pool2d(
            x, (3, 2), (2, 2), (1, 0), ceil_mode=ceil, count_include_pad=count), wave(1, 1, 2, 6, 7))
case("avgPool2d.beginsInThePadding", lambda x: F.avg_pool2d(x, 2, 3, 1, ceil_mode=True), wave(1, 1, 1, 5, 6))
case("embedding", lambda w: F.embedding(torch.tensor([[3, 0, 1], [1, 2, 0]]), w, padding_idx=1).masked_fill(
    torch.tensor([[[False], [False], [True]], [[True], [False], [False]]]), 0), wave(1, 4, 3))


def recurrent(layer, x, w, b, u, d, *state):
    """The outputs of all steps, then the last states, as steps."""
    parameters = {"weight_ih_l0": w, "bias_ih_l0": b, "weight_hh_l0": u, "bias_hh_l0": d}
    first = tuple(s.unsqueeze(0) for s in state)
    y, last = torch.func.functional_call(layer, parameters, (x, first if len(first) > 1 else first[0]))
    return torch.cat([y] + [s.transpose(0, 1) for s in (last if len(first) > 1 else [last])], 1)


for name, kind, gates, states in (("lstm", torch.nn.LSTM, 4, 2), ("gru", torch.nn.GRU, 3, 1)):
    layer = kind(3, 2, batch_first=True, dtype=torch.float64)
    case(name, lambda *xs: recurrent(layer, *xs), wave(1, 2, 5, 3), wave(2, 2 * gates, 3), wave(3, 2 * gates),
         wave(4, 2 * gates, 2), wave(5, 2 * gates), *[wave(6 + i, 2, 2) for i in range(states)])

for name, f in (("leakyRelu", lambda x: F.leaky_relu(x, 0.1)), ("softplus", F.softplus), ("relu", F.relu),
                ("gelu", F.gelu), ("silu", F.silu), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid)):
    case(name, f, wave(1, 3, 4))
