"""What this machine can calculate with, told without importing anything heavy."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_CPUINFO: Final = Path("/proc/cpuinfo")
_GPUS: Final = tuple(Path("/dev") / name for name in ("nvidiactl", "kfd", "dxg"))
"""The devices of NVIDIA's and AMD's drivers, and of either under Windows' Linux."""


def has_bf16(cpuinfo: Path = _CPUINFO) -> bool:
    """Return whether this processor multiplies bfloat16 in hardware; without that bf16 is slower than fp32."""
    return not _flags(cpuinfo).isdisjoint(("avx512_bf16", "amx_bf16"))


def has_vnni(cpuinfo: Path = _CPUINFO) -> bool:
    """Return whether this processor adds up products of 8-bit integers in one instruction."""
    return not _flags(cpuinfo).isdisjoint(("avx512_vnni", "avx_vnni", "amx_int8"))


def is_quantizing() -> bool:
    """Return whether OpenVINO is here and 8-bit products are quick and exact on this processor.

    Without VNNI their sums overflow in 16 bits. Processors of another make were not measured.
    """
    return has_vnni() and find_spec("openvino") is not None


def has_gpu() -> bool:
    """Return whether Linux shows the driver of a GPU: asking torch costs 4 s."""
    return any(path.exists() for path in _GPUS)


@cache
def _flags(cpuinfo: Path) -> frozenset[str]:
    """Return the features of the first processor, none where the system does not tell them in this way."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.split() for line in lines if line.startswith("flags")), ()))
