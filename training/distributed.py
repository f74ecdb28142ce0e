"""One process or several: `torchrun --nproc-per-node N -m training.train …` trains on N devices (DDP).

Everything else asks this module and need not know. Raises nothing of its own; without torchrun there is one process.
"""

import os
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

Result = TypeVar("Result")


def rank() -> int:
    """This process's number, 0 for the one that writes and prints."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def world() -> int:
    """How many processes train together."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def join() -> torch.device:
    """Join the others if torchrun started this process, and name the device to train on."""
    together = "WORLD_SIZE" in os.environ and not distributed.is_initialized()
    if together:
        distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    if torch.cuda.is_available():
        torch.cuda.set_device(device())
    return device()


def device() -> torch.device:
    """Where this process computes: on its GPU if there is one."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))


def device_name() -> str:
    """What this process computes on, for people."""
    return torch.cuda.get_device_name(device()) if torch.cuda.is_available() else "CPU"


def leave() -> None:
    """Part from the others."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def shared(module: nn.Module) -> nn.Module:
    """The module with its gradients averaged over all processes."""
    return DistributedDataParallel(module) if distributed.is_initialized() else module


def in_turn(work: Callable[[], Result]) -> Result:
    """What `work` gives, done by process 0 before the others start: it may leave them a cache."""
    if rank() > 0:
        distributed.barrier()
    result = work()
    if rank() == 0 and world() > 1:
        distributed.barrier()
    return result


def mean(value: float, device: torch.device) -> float:
    """The mean of every process's value."""
    return _reduced(torch.tensor(value, dtype=torch.float64, device=device)).item() / world()


def from_first(value: float, device: torch.device) -> float:
    """The value of process 0, in every process."""
    return _reduced(torch.tensor(value if rank() == 0 else 0.0, dtype=torch.float64, device=device)).item()


def _reduced(value: Tensor) -> Tensor:
    if distributed.is_initialized():
        distributed.all_reduce(value)
    return value
