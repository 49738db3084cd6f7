#!/usr/bin/env python3
"""The workloads of `norma bench` in PyTorch, as installed and at its best: `norma bench --torch FILE` reads what --json wrote.

    python torch_ops.py [--threads 1,2] [--only matmul,gpt_step] [--rounds 5] [--quick] [--json FILE]

Each setting of PyTorch is a process of its own (see `settings`), all alive at once, one working at a time. A round measures every
setting and every form of a workload once (eager, and compiled where that may help), so that drifts of the machine reach all alike. A
measurement is a warm-up of SECONDS / 2 and at least two calls, then calls for SECONDS and at least two; calls under 100 us are
timed in bunches. The median is that of all calls of all rounds, the spread half the distance between their quartiles, as a share
of the median. What is 1.5 times behind the leader after the first round is measured no more; "as installed", eager, always is.

Forward workloads run in inference mode. Forward + backward returns fresh gradients of all inputs and parameters, so none is there to
be reset. Inputs are random; a result that is not finite stops the run.
"""

import argparse
import gc
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call

SECONDS = 0.2
DROPOUT = 0.1


# --- Settings: the environment of the process


def settings(folder):
    """PyTorch's MKL uses AVX-512 on Intel CPUs only, by asking a function that a preloaded library can answer. glibc gives large
    tensors back to the system and page-faults them in again at each call, unless it is told to keep them, in huge pages."""
    found = {"as installed": {}}
    keep = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0"
                              ":glibc.malloc.trim_threshold=4294967296:glibc.malloc.top_pad=268435456"}
    preload = mkl_preload(folder)
    if preload:
        found["MKL preload"] = preload
        found["MKL preload, malloc"] = preload | keep
    else:
        found["malloc"] = keep
    return found


def mkl_preload(folder):
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler or not sys.platform.startswith("linux"):
        return None
    library = os.path.join(folder, "libintel.so")
    source = "int mkl_serv_intel_cpu_true(void) { return 1; }"
    subprocess.run([compiler, "-shared", "-fPIC", "-xc", "-", "-o", library], input=source, text=True, check=True)
    return {"LD_PRELOAD": library}


# --- Workloads: each takes its shape's text and returns its forms, name -> function without arguments


def numbers(shape):
    return [int(n) for n in re.findall(r"\d+", shape)]


def random(*shape):
    return torch.randn(*shape)


def forward(make, shape, compiled=True):
    f, inputs = make(shape)

    def run(f):
        def call():
            with torch.inference_mode():
                return f(*inputs)
        return call
    return forms(run, f, compiled)


def forward_backward(make, shape, compiled=True):
    f, inputs = make(shape)
    leaves = [x.requires_grad_() for x in inputs if x.is_floating_point()]
    outputs = f(*inputs)
    dy = [torch.randn_like(y) for y in outputs] if isinstance(outputs, tuple) else torch.randn_like(outputs)

    def run(f):
        return lambda: torch.autograd.grad(f(*inputs), leaves, dy)
    return forms(run, f, compiled)


def loss_backward(make, shape):
    f, inputs = make(shape)
    leaves = [x.requires_grad_() for x in inputs if x.is_floating_point()]

    def run(f):
        return lambda: torch.autograd.grad(f(*inputs), leaves)
    return forms(run, f, True)


def forms(run, f, compiled):
    return {"eager": run(f)} | ({"compiled": run(torch.compile(f, dynamic=False))} if compiled else {})


def eager(direction):
    return lambda make, shape: direction(make, shape, compiled=False)


def matmul(shape):
    """`M x K x N`; T for a factor that is stored transposed: NT is x W^T of a linear layer, TN its dW, NN its dx."""
    *batch, m, k, n = numbers(shape)
    a = random(*batch, k, m).mT if shape.endswith("TN") else random(*batch, m, k)
    b = random(*batch, n, k).mT if shape.endswith("NT") else random(*batch, k, n)
    return torch.matmul, [a, b]


def attention(shape):
    causal = shape.endswith("causal")
    b, h, t, d = numbers(shape)
    return (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=causal)), [random(b, h, t, d) for _ in range(3)]


def layer_norm(shape):
    n, d = numbers(shape)
    return (lambda x, gamma, beta: F.layer_norm(x, (d,), gamma, beta)), [random(n, d), random(d), random(d)]


def residual_layer_norm(shape):
    """s = x + r, y = LN(s); both are results, so gradients arrive at both."""
    n, d = numbers(shape)

    def f(x, r, gamma, beta):
        s = x + r
        return s, F.layer_norm(s, (d,), gamma, beta)
    return f, [random(n, d), random(n, d), random(d), random(d)]


def rms_norm(shape):
    n, d = numbers(shape)
    return (lambda x, gamma: F.rms_norm(x, (d,), gamma, 1e-5)), [random(n, d), random(d)]


def every_norm():
    """The methods of Norma's catalogue that PyTorch has, or whose usual composition is short: (workload, shape, shape -> f and inputs)."""
    rows, images, weight = "16x256x1024", "64x64x32x32", "1024x1024"

    def on(shape, f, *parameters):
        """f(x, *parameters) on a random x of that shape."""
        return shape, lambda shape: (f, [random(*numbers(shape)[:4]), *(make() for make in parameters)])

    def gains(*dims):
        return [lambda: random(*dims)] * 2

    def batch_norm(x, gamma, beta, training=True):
        return F.batch_norm(x, mean, variance, gamma, beta, training)

    def sync_batch_norm():
        layer = nn.SyncBatchNorm(64)
        return lambda x, gamma, beta: functional_call(layer, {"weight": gamma, "bias": beta}, (x,))

    def adain(x, style):
        variance, mean = torch.var_mean(style, (2, 3), keepdim=True)
        of_x, mean_of_x = torch.var_mean(x, (2, 3), keepdim=True)
        return (variance + 1e-5).sqrt() * ((x - mean_of_x) / (of_x + 1e-5).sqrt()) + mean

    def film(x, c, w, b):
        gamma, beta = F.linear(c, w, b)[:, :, None, None].chunk(2, 1)
        return (1 + gamma) * x + beta

    def ada_layer_norm(x, c, w, b):
        shift, scale = F.linear(F.silu(c), w, b)[:, None].chunk(2, -1)
        return F.layer_norm(x, (1024,), eps=1e-6) * (1 + scale) + shift

    def ada_layer_norm_zero(x, c, w, b):
        shift, scale, gate = F.linear(F.silu(c), w, b)[:, None].chunk(3, -1)
        return x + gate * (F.layer_norm(x, (1024,), eps=1e-6) * (1 + scale) + shift)

    def spectral_norm(w):
        with torch.no_grad():
            v.copy_(F.normalize(w.mT @ u, dim=0))
            u.copy_(F.normalize(w @ v, dim=0))
        return w / torch.dot(u.clone(), w @ v.clone())

    mean, variance = torch.zeros(64), torch.ones(64)
    u, v = random(1024), random(1024)
    dynamic = [lambda: torch.full((1,), 0.5)]
    return {
        "batch_norm": on(images, batch_norm, *gains(64)),
        "frozen_batch_norm": on(images, lambda x: batch_norm(x, variance, mean, False)),
        "sync_batch_norm": on(images, sync_batch_norm(), *gains(64)),
        "group_norm": on(images + "{groups=32}", lambda x, gamma, beta: F.group_norm(x, 32, gamma, beta), *gains(64)),
        "instance_norm": on(images, F.instance_norm),
        "pixel_norm": on(images, lambda x: x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)),
        "local_response_norm": on(images, lambda x: F.local_response_norm(x, 5)),
        "lp_normalize": on(rows, lambda x: F.normalize(x, dim=-1)),
        "scale_norm": on(rows, lambda x, g: g * F.normalize(x, dim=-1, eps=1e-5), lambda: random(1)),
        "weight_norm": on(weight, lambda w, g: torch._weight_norm(w, g, 0), lambda: random(1024, 1)),
        "spectral_norm": on(weight, spectral_norm),
        "dynamic_tanh": on(rows, lambda x, alpha, gamma, beta: gamma * torch.tanh(alpha * x) + beta,
                           *dynamic, *gains(1024)),
        "dynamic_erf": on(rows, lambda x, alpha, s, gamma, beta: gamma * torch.erf(alpha * x + s) + beta,
                          *dynamic, lambda: torch.zeros(1), *gains(1024)),
        "adain": on(images, adain, lambda: random(64, 64, 32, 32)),
        "film": on(images, film, lambda: random(64, 4), lambda: torch.zeros(128, 4), lambda: torch.zeros(128)),
        "ada_layer_norm": on(rows, ada_layer_norm, lambda: random(16, 4), lambda: torch.zeros(2048, 4),
                             lambda: torch.zeros(2048)),
        "ada_layer_norm_zero": on(rows, ada_layer_norm_zero, lambda: random(16, 4), lambda: torch.zeros(3072, 4),
                                  lambda: torch.zeros(3072)),
    }


def elementwise(f):
    return lambda shape: (f, [random(*numbers(shape))])


def bias_gelu(shape):
    n, d = numbers(shape)
    return (lambda x, b: F.gelu(x + b)), [random(n, d), random(d)]


def cross_entropy(shape):
    n, v = numbers(shape)
    return F.cross_entropy, [random(n, v), torch.randint(0, v, (n,))]


def embedding(shape):
    n, v, d = numbers(shape)
    return F.embedding, [torch.randint(0, v, (n,)), random(v, d)]


def conv2d(shape, layout=None):
    n, c, h, w, filters, kh, kw, padding, groups, *_ = numbers(shape) + [0] * ("padding" not in shape) + [1]
    x, weight = random(n, c, h, w), random(filters, c // groups, kh, kw)
    if layout:
        x, weight = x.to(memory_format=layout), weight.to(memory_format=layout)
    return (lambda x, weight: F.conv2d(x, weight, padding=padding, groups=groups)), [x, weight]


def pool(f, layout=None):
    def make(shape):
        *image, kh, kw = numbers(shape)
        x = random(*image)
        return (lambda x: f(x, (kh, kw))), [x.to(memory_format=layout) if layout else x]
    return make


def fft2(shape):
    return torch.fft.fft2, [torch.complex(random(*numbers(shape)), random(*numbers(shape)))]


def rfft2(shape):
    return torch.fft.rfft2, [random(*numbers(shape))]


def parameter(shape):
    p = torch.nn.Parameter(random(numbers(shape)[0] * 1_000_000))
    p.grad = torch.randn_like(p)
    return p


def adamw(shape):
    p = parameter(shape)
    return {form: torch.optim.AdamW([p], lr=3e-4, betas=(0.9, 0.95), weight_decay=0.1, **{form: True}).step
            for form in ("fused", "foreach")}


def clip(shape):
    """Norma's optimizer applies the factor while it reads the gradient, and so can PyTorch's fused one (grad_scale): then clipping
    is the norm alone. Otherwise the gradient is scaled in place. The limit sinks slowly, so that there is always something to clip."""
    p = parameter(shape)
    limits = itertools.accumulate(itertools.repeat(0.9999), lambda a, b: a * b, initial=3000.0)
    return {"norm and scale": lambda: nn.utils.clip_grad_norm_([p], next(limits)),
            "norm alone": lambda: nn.utils.get_total_norm([p.grad])}


def gpt_step(shape):
    """Forward, backward, clip, AdamW of a GPT-2 with tied embeddings, 6 heads and tanh GELU; another batch each step."""
    b, t, d, layers, v = numbers(shape)
    model = Transformer(v, t, d, 6, layers, gelu="tanh", causal=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    batches = itertools.cycle([torch.randint(0, v, (b, t + 1)) for _ in range(16)])

    def loss(ids):
        y = model(ids[:, :-1])
        return F.cross_entropy(F.linear(y, model.tokens.weight).view(-1, v), ids[:, 1:].reshape(-1))

    def run(loss):
        def step():
            value = loss(next(batches))
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            return value
        return step
    return forms(run, loss, True)


def encoder_fwd(shape):
    """A sentence encoder of MiniLM's shape: 6 layers, D 384, 12 heads, MLP 1536, erf GELU, post-norm; no padding."""
    b, t = numbers(shape)
    model = Transformer(30522, 512, 384, 12, 6, gelu="none", causal=False).eval()
    ids = torch.randint(0, 30522, (b, t))

    def run(model):
        def call():
            with torch.no_grad():
                return model(ids)
        return call
    frozen = torch.compile(model, dynamic=False, options={"freezing": True})
    return forms(run, model, True) | {"compiled, weights frozen": run(frozen)}


class Block(nn.Module):
    def __init__(self, d, heads, gelu, causal):
        super().__init__()
        self.heads, self.gelu, self.causal = heads, gelu, causal
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def attention(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.out(y.transpose(1, 2).reshape(b, t, d))

    def mlp(self, x):
        return self.down(F.gelu(self.up(x), approximate=self.gelu))

    def forward(self, x):
        if self.causal:
            x = x + self.attention(self.norm1(x))
            return x + self.mlp(self.norm2(x))
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.mlp(x))


class Transformer(nn.Module):
    """Pre-norm with a final norm if causal (GPT-2), else post-norm behind a norm of the embeddings (BERT)."""

    def __init__(self, vocabulary, context, d, heads, layers, gelu, causal):
        super().__init__()
        self.causal = causal
        self.tokens, self.positions = nn.Embedding(vocabulary, d), nn.Embedding(context, d)
        self.blocks = nn.ModuleList(Block(d, heads, gelu, causal) for _ in range(layers))
        self.norm = nn.LayerNorm(d)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=0.02)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions.weight[:ids.shape[1]]
        x = x if self.causal else self.norm(x)
        for block in self.blocks:
            x = block(x)
        return self.norm(x) if self.causal else x


MATMUL = ["256x256x256 NN", "512x512x512 NN",
          "768x768x768 NN", "1024x1024x1024 NN", "1024x1024x1024 NT", "1024x1024x1024 TN", "2048x2048x2048 NN",
          "2048x384x1152 NT", "2048x1152x384 NN", "1152x2048x384 TN",
          "2048x384x384 NT", "2048x384x384 NN", "384x2048x384 TN",
          "2048x384x1536 NT", "2048x1536x384 NN", "1536x2048x384 TN",
          "2048x1536x384 NT", "2048x384x1536 NN", "384x2048x1536 TN",
          "2048x384x96 NT", "2048x384x4096 NT",
          "1x768x768 NT", "1x768x3072 NT", "4x768x3072 NT", "16x768x3072 NT",
          "63x63x63 NN", "207x207x207 NN", "702x702x702 NN",
          "96 of 128x64x128 NT", "96 of 128x128x64 NN"]
ATTENTION = [f"B 8, H 12, T {t}, D 64{causal}" for t in (128, 256, 512, 1024) for causal in ("", ", causal")]
ROWS = ["4096x384", "4096x1024", "1x768"]
CONV = ["64x64x32x32, 64 of 3x3, padding 1", "64x64x32x32, 64 of 1x1", "64x64x32x32, 64 of 3x3, padding 1, 64 groups"]
POOL = ["64x64x32x32, 2x2"]
MLP = ["2048x1536"]


def workloads():
    """(workload, shapes, shape -> forms, layout if it is not the usual one)"""
    nhwc = torch.channels_last

    def both(name, make, shapes, layout=None, compiled=True):
        direction = (lambda d: d) if compiled else eager
        yield name + "_fwd", shapes, lambda shape: direction(forward)(make, shape), layout
        yield name + "_fwd_bwd", shapes, lambda shape: direction(forward_backward)(make, shape), layout

    yield "matmul", MATMUL, lambda shape: forward(matmul, shape, compiled=False), None
    yield from both("attention", attention, ATTENTION, compiled=False)
    yield from both("layer_norm", layer_norm, ROWS)
    yield from both("residual_layer_norm", residual_layer_norm, ROWS[:2])
    yield from both("rms_norm", rms_norm, ROWS)
    for name, (shape, make) in every_norm().items():
        yield name + "_fwd_bwd", [shape], lambda shape, make=make: forward_backward(make, shape), None
    yield from both("softmax", elementwise(lambda x: F.softmax(x, -1)), ["4096x1024"])
    yield from both("gelu_erf", elementwise(F.gelu), MLP)
    yield from both("gelu_tanh", elementwise(lambda x: F.gelu(x, approximate="tanh")), MLP)
    yield from both("silu", elementwise(F.silu), MLP)
    yield from both("bias_gelu", bias_gelu, MLP)
    yield from both("dropout", elementwise(lambda x: F.dropout(x, DROPOUT)), MLP)
    yield "cross_entropy_fwd_bwd", ["2048x96", "4096x8192", "4096x32000"], lambda s: loss_backward(cross_entropy, s), None
    yield "embedding_fwd_bwd", ["2048 of 32000x384"], lambda s: forward_backward(embedding, s), None
    yield "adamw", ["10M"], adamw, None
    yield "clip", ["10M"], clip, None
    yield "gpt_step", [f"B 8, T 256, D 384, 6 layers, V {v}" for v in (96, 4096)], gpt_step, None
    yield "encoder_fwd", [f"B {b}, T {t}" for b in (1, 32) for t in (16, 128, 256)], encoder_fwd, None
    yield from both("conv2d", conv2d, CONV, compiled=False)
    yield from both("max_pool", pool(F.max_pool2d), POOL)
    yield from both("avg_pool", pool(F.avg_pool2d), POOL)
    yield from both("conv2d", lambda shape: conv2d(shape, nhwc), CONV, "NHWC", compiled=False)
    yield from both("max_pool", pool(F.max_pool2d, nhwc), POOL, "NHWC")
    yield from both("avg_pool", pool(F.avg_pool2d, nhwc), POOL, "NHWC")
    yield "fft2", ["64x64x32x32"], lambda shape: forward(fft2, shape, compiled=False), None
    yield "rfft2", ["64x64x32x32"], lambda shape: forward(rfft2, shape, compiled=False), None


# --- The process of one setting: reads tasks, one JSON array a line, and answers each with a line of JSON


def child(threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    makers = {(workload, shape, layout): make for workload, shapes, make, layout in workloads() for shape in shapes}
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    built, run = None, None
    for line in sys.stdin:
        workload, shape, layout, form, seconds = json.loads(line)
        if built != (workload, shape, layout):
            built, run = (workload, shape, layout), None
            gc.collect()
            torch.compiler.reset()
            run = makers[built](shape)
        print(json.dumps(list(run) if form is None else measure(run[form], seconds)), file=answer, flush=True)


def measure(run, seconds):
    check(run())
    start, calls = time.perf_counter(), 0
    while calls < 1 or time.perf_counter() - start < seconds / 2:
        run()
        calls += 1
    bunch = max(1, int(1e-4 / ((time.perf_counter() - start) / calls)))
    gc.collect()
    gc.disable()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 2 or time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(bunch):
            run()
        times.append((time.perf_counter() - start) / bunch)
    gc.enable()
    return times


def check(result):
    for y in result if isinstance(result, tuple) else [result]:
        if y is not None and not y.isfinite().all():
            raise ArithmeticError("torch_ops: a result is not finite")


# --- The parent


class Setting:
    def __init__(self, name, environment, threads):
        self.name = name
        cache = os.path.join(tempfile.gettempdir(), f"norma-torch-compiled-{threads}")  # the number of threads is compiled in
        environment = os.environ | environment | {"OMP_NUM_THREADS": str(threads), "TORCHINDUCTOR_CACHE_DIR": cache}
        self.process = subprocess.Popen([sys.executable, os.path.abspath(__file__), "--child", str(threads)],
                                        env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, *task):
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"torch_ops: the process of setting '{self.name}' ended during {task}; its message is above")
        return json.loads(answer)


def compare(workload, shape, layout, children, rounds, seconds):
    """The times of all rounds for each (setting, form)."""
    times = {(c, form): [] for c in children for form in c.ask(workload, shape, layout, None, 0)}
    racing = list(times)
    for _ in range(rounds):
        for c, form in racing:
            times[c, form].append(c.ask(workload, shape, layout, form, seconds))
        best = min(statistics.median(times[key][0]) for key in racing)
        racing = [key for key in racing if key == racing[0] or statistics.median(times[key][0]) < 1.5 * best]
    return {(c.name, form): t for (c, form), t in times.items()}


def row(workload, shape, threads, kernels, key, rounds):
    low, median, high = statistics.quantiles(itertools.chain(*rounds), n=4, method="inclusive")
    return {"workload": workload, "shape": shape, "threads": threads, "kernels": kernels, "medianSeconds": median,
            "spread": (high - low) / 2 / median, "setting": ", ".join(key)}


def rows(workload, shape, layout, threads, times):
    """As installed, which is the first; and the best, with the medians of all to choose from."""
    all_rows = [row(workload, shape, threads, "torch best", key, t) for key, t in times.items()]
    best = min(all_rows, key=lambda r: r["medianSeconds"])
    medians = {r["setting"]: r["medianSeconds"] for r in all_rows}
    if layout:
        return [best | {"kernels": "torch best, " + layout, "settings": medians}]
    return [all_rows[0] | {"kernels": "torch as installed"}, best | {"settings": medians}]


def keep(file, new):
    """Adds rows to a file, in the place of older ones of the same workload."""
    def key(r):
        return r["workload"], r["shape"], r["threads"], r["kernels"]
    old = json.load(open(file)) if os.path.exists(file) else []
    merged = {key(r): r for r in old} | {key(r): r for r in new}
    with open(file + ".new", "w") as out:
        json.dump(list(merged.values()), out, indent=1)
    os.replace(file + ".new", file)


def show(r):
    print(f"{r['workload']:28s} {r['shape']:46s} {r['threads']}  {r['kernels']:19s} {r['medianSeconds'] * 1e3:10.4f} ms"
          f" {r['spread'] * 100:5.1f} %  {r['setting']}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="The workloads of norma bench in PyTorch.")
    parser.add_argument("--threads", default="1,2", help="numbers of threads, separated by commas")
    parser.add_argument("--only", help="workloads, separated by commas; 'workload/text' takes the shapes that contain the text")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    parser.add_argument("--json", metavar="FILE", help="adds the rows to this file; rows of the same workload are replaced")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return child(options.child)
    rounds, seconds = (2, SECONDS / 2) if options.quick else (options.rounds, SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        for threads in map(int, options.threads.split(",")):
            children = [Setting(name, environment, threads) for name, environment in settings(folder).items()]
            for workload, shape, layout in chosen(options.only):
                new = rows(workload, shape, layout, threads, compare(workload, shape, layout, children, rounds, seconds))
                for r in new:
                    show(r)
                if options.json:
                    keep(options.json, new)
            for c in children:
                c.process.stdin.close()
                c.process.wait()


def chosen(only):
    every = [(workload, shape, layout) for workload, shapes, _, layout in workloads() for shape in shapes]
    if not only:
        return every
    wanted = [name.partition("/") for name in only.split(",")]
    unknown = {name for name, _, _ in wanted} - {workload for workload, _, _ in every}
    if unknown:
        sys.exit(f"torch_ops: --only takes workloads; got {', '.join(unknown)}; there are {', '.join(dict.fromkeys(w for w, _, _ in every))}")
    return [(w, s, l) for w, s, l in every if any(w == name and text in s for name, _, text in wanted)]


if __name__ == "__main__":
    main()
