"""A GPT-style transformer trained for a few steps by every process that torchrun starts.

Process 0 prints one line of JSON: throughput of each repeat, all-reduce bandwidth by size, and
facts about the host. It needs torch and nothing else; CUDA devices are used where there are any.
"""

import argparse
import functools
import json
import os
import platform
import statistics
import time

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.optim import ZeroRedundancyOptimizer
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel

KILOBYTE = 1024


class Block(nn.Module):
    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        self.attention, self.out = nn.Linear(hidden, 3 * hidden), nn.Linear(hidden, hidden)
        self.mlp = nn.Sequential(
            nn.Linear(hidden, 4 * hidden), nn.GELU(), nn.Linear(4 * hidden, hidden)
        )

    def forward(self, x):
        batch, length, hidden = x.shape
        parts = self.attention(self.before(x)).chunk(3, dim=-1)
        shape = (batch, length, self.heads, hidden // self.heads)
        query, key, value = (part.view(shape).transpose(1, 2) for part in parts)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, hidden))
        return x + self.mlp(self.between(x))


class Gpt(nn.Module):
    def __init__(self, layers, hidden, heads, vocabulary, sequence):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, hidden)
        self.places = nn.Embedding(sequence, hidden)
        self.blocks = nn.ModuleList(Block(hidden, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(hidden)
        self.head = nn.Linear(hidden, vocabulary, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, tokens):
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.tokens(tokens) + self.places(places)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strategy", choices=["ddp", "zero1"], required=True)
    parser.add_argument("--backend", choices=["auto", "nccl", "gloo"], default="auto")
    for name in ("layers", "hidden", "heads", "vocabulary", "sequence", "batch", "steps"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--repeats", type=int, required=True)
    parser.add_argument("--largest-kilobytes", type=int, required=True)
    return parser.parse_args()


def main():
    asked = arguments()
    cuda = torch.cuda.is_available() and asked.backend != "gloo"
    dist.init_process_group("nccl" if cuda else "gloo")
    rank = int(os.environ["LOCAL_RANK"])
    device = torch.device("cuda", rank) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    torch.manual_seed(1)
    model = Gpt(asked.layers, asked.hidden, asked.heads, asked.vocabulary, asked.sequence)
    parameters = sum(each.numel() for each in model.parameters())
    rates = trained(model.to(device), asked, device)
    found = {
        "throughputs": rates,
        "parameters": parameters,
        "all_reduce": all_reduce(asked.largest_kilobytes * KILOBYTE, device),
        "facts": facts(device),
    }
    if dist.get_rank() == 0:
        print("awsml-bench " + json.dumps(found), flush=True)
    dist.destroy_process_group()


def trained(model, asked, device):
    """Samples a second over all processes, for each repeat; the slowest process counts."""
    wrapped = DistributedDataParallel(model) if dist.get_world_size() > 1 else model
    if asked.strategy == "zero1":
        optimizer = ZeroRedundancyOptimizer(wrapped.parameters(), torch.optim.AdamW, lr=1e-4)
    else:
        optimizer = torch.optim.AdamW(wrapped.parameters(), lr=1e-4)
    shape = (asked.batch, asked.sequence)
    tokens = torch.randint(asked.vocabulary, shape, device=device)
    step(wrapped, optimizer, tokens, device)  # the first one builds buffers and kernels
    rates = []
    for _ in range(asked.repeats):
        seconds = timed(lambda: steps(asked.steps, wrapped, optimizer, tokens, device), device)
        rates.append(asked.batch * dist.get_world_size() * asked.steps / seconds)
    return rates


def steps(count, *what):
    for _ in range(count):
        step(*what)


def step(model, optimizer, tokens, device):
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        logits = model(tokens)
    flat = logits[:, :-1].reshape(-1, logits.shape[-1]).float()
    functional.cross_entropy(flat, tokens[:, 1:].reshape(-1)).backward()
    optimizer.step()


def timed(work, device):
    """Seconds of the slowest process."""
    finish(device)
    dist.barrier()
    start = time.perf_counter()
    work()
    finish(device)
    seconds = torch.tensor([time.perf_counter() - start], device=device)
    dist.all_reduce(seconds, op=dist.ReduceOp.MAX)
    return seconds.item()


def finish(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def all_reduce(largest, device):
    """Bus bandwidth by size: what each link carries, 2(N-1)/N of the bytes."""
    world = dist.get_world_size()
    rows, size = [], 64 * KILOBYTE
    while world > 1 and size <= largest:
        data = torch.zeros(size // 4, device=device)
        dist.all_reduce(data)
        reduce = functools.partial(dist.all_reduce, data)
        seconds = statistics.median(timed(reduce, device) for _ in range(5))
        rate = 2 * (world - 1) / world * size / seconds / 1e9
        rows.append({"bytes": size, "seconds": seconds, "busbw_gbs": rate})
        size *= 4
    return rows


def facts(device):
    named = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor()
    return {
        "host": platform.node(),
        "device": named or platform.machine(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "backend": dist.get_backend(),
        "precision": "bf16" if device.type == "cuda" else "fp32",
    }


if __name__ == "__main__":
    main()
