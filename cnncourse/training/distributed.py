"""Several processes, each with a part of every batch: PyTorch's DistributedDataParallel.

    torchrun --nproc-per-node 4 -m cnncourse train resnet18 --data cifar-10

starts four processes that meet, train one network, and give what one process with the whole batch
would give (without dropout, augmentation and batch norm, which look at a process's own part).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn

from cnncourse.errors import ArgumentError


@dataclass(frozen=True)
class Team:
    """The processes that train together; of one unless torchrun started more.

    Parameters
    ----------
    rank : int
        This process, counted from 0.
    size : int
        How many there are.
    local_rank : int
        This process among those of its machine.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0

    def share_of(self, batch_size: int) -> int:
        """Divide a batch: images for each process."""
        if batch_size % self.size:
            raise ArgumentError(
                "batch_size", f"a multiple of {self.size}, the processes", batch_size
            )
        return batch_size // self.size

    def sum(self, totals: Tensor) -> Tensor:
        """Add up what the processes counted; every process gets the sum."""
        if self.size > 1:
            dist.all_reduce(totals)
        return totals

    def wrap(self, model: nn.Module, device: torch.device) -> nn.Module:
        """Let the backward pass average the gradients of all processes."""
        if self.size == 1:
            return model
        if device.type == "cuda":
            # each process alone sees too few images for good statistics
            model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
            return nn.parallel.DistributedDataParallel(model, device_ids=[device.index])
        return nn.parallel.DistributedDataParallel(model)


@contextmanager
def join_team(device: str = "auto") -> Iterator[tuple[Team, str]]:
    """Meet the other processes that torchrun started, and part from them at the end.

    Parameters
    ----------
    device : str
        As in `choose_device`. Processes of one machine take one GPU each.

    Yields
    ------
    Team
    str
        The device for this process.
    """
    if "RANK" not in os.environ or int(os.environ.get("WORLD_SIZE", 1)) == 1:
        yield Team(), device
        return
    local = int(os.environ.get("LOCAL_RANK", 0))
    on_gpu = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    if on_gpu:
        torch.cuda.set_device(local)  # or every process takes some of the first GPU as well
    dist.init_process_group("nccl" if on_gpu else "gloo")
    try:
        team = Team(dist.get_rank(), dist.get_world_size(), local)
        yield team, f"cuda:{local}" if on_gpu else device
    finally:
        dist.destroy_process_group()
