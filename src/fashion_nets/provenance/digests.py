"""Arrays and weights known by their content."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from fashion_nets.networks.types import KerasModel


def digest_arrays(*arrays: np.ndarray) -> str:
    """Identify arrays by their content: SHA-256, in hexadecimal digits, of types, shapes and values."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def digest_weights(model: KerasModel) -> str:
    """Identify the weights of a network: SHA-256, in hexadecimal digits, of types, shapes and values."""
    return digest_arrays(*model.get_weights())


def digest_record(record: Mapping[str, Any]) -> str:
    """Identify plain values by their content, the same before they were stored as JSON and after."""
    return hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()
