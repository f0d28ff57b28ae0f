"""What a saved model does on a GPU, or says where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from modelpick.data.candidate import SavedForm
from modelpick.errors import UsageError
from modelpick.models.saved import SavedModel


def check_gpu(form: SavedForm, rows: Any, expected: np.ndarray) -> None:
    """`auto` answers with the same numbers, wherever that is; `cuda` without a GPU is refused in one line."""
    np.testing.assert_allclose(SavedModel(form, "auto").predict_proba(rows), expected, atol=2e-3)
    if not torch.cuda.is_available():
        with pytest.raises(UsageError, match="device 'cuda' cannot be used"):
            SavedModel(form, "cuda").predict_proba(rows)
