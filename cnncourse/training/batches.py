"""A data set as batches on a device, without a copy more than it takes."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from cnncourse.data import Dataset

SHARE_OF_FREE_MEMORY = 0.4  # of a GPU's, for data; the rest is for the network


class Batches:
    """Images and labels on the device if they fit there, else in this machine's memory.

    Parameters
    ----------
    data : Dataset
        uint8 images become float32 from 0 to 1, on the device; int64 numbers of words stay.
    device : torch.device
    channels_last : bool
    """

    def __init__(self, data: Dataset, device: torch.device, channels_last: bool = True) -> None:
        images, labels = torch.from_numpy(data.images), torch.from_numpy(data.labels)
        self.channels_last = channels_last and images.ndim == 4
        if self.channels_last:
            images = images.contiguous(memory_format=torch.channels_last)
        self.device = device
        self.on_device = _fits(images, device)
        if self.on_device:
            images, labels = images.to(device), labels.to(device)
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """Gather a batch.

        Parameters
        ----------
        places : int64 tensor, shape (N,)

        Returns
        -------
        x : float tensor, shape (N, ...)
            Numbers of words stay the int64 they are.
        y : int64 tensor, shape (N,)
            Both on the device.
        """
        if self.on_device:
            places = places.to(self.device)
        x, y = self.images[places], self.labels[places]
        if not self.on_device:
            x = x.pin_memory().to(self.device, non_blocking=True)
            y = y.pin_memory().to(self.device, non_blocking=True)
        if x.dtype == torch.int64:
            return x, y
        x = x.float() / 255 if x.dtype == torch.uint8 else x.float()
        return (x.contiguous(memory_format=torch.channels_last) if self.channels_last else x), y

    def shuffled(
        self, batch_size: int, seed: int, rank: int = 0, size: int = 1
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Go through all images once in an order of the seed's; what makes no full batch is left.

        Parameters
        ----------
        batch_size : int
            Of all processes together.
        seed : int
        rank, size : int
            This process and how many there are: it gets its part of each batch.
        """
        order = torch.randperm(len(self), generator=torch.Generator().manual_seed(seed))
        for start in range(0, len(self) - batch_size + 1, batch_size):
            yield self.at(order[start : start + batch_size][rank::size])

    def in_order(
        self, batch_size: int, rank: int = 0, size: int = 1
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Go through this process's part once, to the last image."""
        order = torch.arange(rank, len(self), size)
        for places in order.split(batch_size):
            yield self.at(places)


def _fits(images: Tensor, device: torch.device) -> bool:
    if device.type != "cuda":
        return True  # the CPU's own memory, or memory shared with it
    free, _ = torch.cuda.mem_get_info(device)
    return images.nbytes <= SHARE_OF_FREE_MEMORY * free
