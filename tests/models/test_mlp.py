"""The network itself: shapes, initialisations, activations, costs, against values that torch or paper gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from modelpick.data import forward
from modelpick.models import mlp, options
from modelpick.models.costs import COSTS
from modelpick.models.mlp import MLP


def net(sizes=(3, 5, 4, 2), seed=0, **kwargs) -> MLP:
    return MLP(sizes, generator=torch.Generator().manual_seed(seed), **kwargs)


def test_the_course_network_in_numbers():
    text = net((4, 128, 128, 3)).summary()
    assert "4 x 128 = 512" in text
    assert "128 x 128 = 16,384" in text
    assert text.splitlines()[-1].split() == ["total", "17,539"]


def test_every_parameter_gets_a_gradient():
    model = net()
    losses = COSTS["cross-entropy"].rows(model, model(torch.randn(8, 3)), torch.eye(2)[[0, 1] * 4])
    losses.mean().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert bool(parameter.grad.abs().sum() > 0), name


def test_torch_initialisation_is_that_of_nn_linear():
    torch.manual_seed(5)
    theirs = torch.nn.Linear(7, 3)
    ours = net((7, 3), seed=5).layers[0]
    assert torch.equal(ours.weight, theirs.weight)
    assert torch.equal(ours.bias, theirs.bias)


def test_initialisations_have_the_spread_that_they_promise():
    spread = {}
    for name in mlp.INITIALISATIONS:
        layer = net((200, 300), init=name).layers[0]
        spread[name] = float(layer.weight.detach().std())
        if name != "torch":
            assert not layer.bias.any(), name
    uniform = 1 / np.sqrt(3)
    expected = {
        "zero": 0,
        "normal": 0.05,
        "uniform": 0.05 * uniform,
        "glorot": np.sqrt(6 / 500) * uniform,
        "he": np.sqrt(2 / 200),
        "torch": np.sqrt(1 / 200) * uniform,
    }
    assert spread == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("activation", options.ACTIVATIONS)
@pytest.mark.parametrize("output", forward.OUTPUTS)
def test_numpy_forward_equals_torch(activation, output):
    model = net((3, 16, 16, 4), activation=activation, output=output, dtype=torch.float64)
    X = torch.randn(50, 3, dtype=torch.float64) * 30
    with torch.no_grad():
        theirs = model(X).numpy()
    tensors = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    ours = forward.sums(tensors, activation, X.numpy())
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)
    if output == "softmax":
        np.testing.assert_allclose(
            forward.probabilities(ours, "softmax", 4), torch.softmax(torch.tensor(theirs), 1).numpy(), atol=1e-12
        )


def test_probabilities_sum_to_one_even_at_the_edges():
    z = np.array([[-1e4, -1e4, -1e4], [1e4, -1e4, 0.0], [0.0, 0.0, 0.0]])
    for output in ("softmax", "sigmoid"):
        np.testing.assert_allclose(forward.probabilities(z, output, 3).sum(axis=1), 1)
    np.testing.assert_allclose(forward.probabilities(z[:, :1], "sigmoid", 2).sum(axis=1), 1)


def test_costs_against_torch_and_by_hand():
    model, targets = net((3, 4)), torch.eye(4)[[0, 3, 1]]
    sums = torch.randn(3, 4)
    ours = COSTS["cross-entropy"].rows(model, sums, targets)
    assert torch.allclose(ours, torch.nn.functional.cross_entropy(sums, targets, reduction="none"))
    ours = COSTS["binary-cross-entropy"].rows(model, sums, targets)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(sums, targets, reduction="none").sum(1)
    assert torch.allclose(ours, theirs)
    numbers = net((3, 1), output="identity")
    errors = COSTS["mse"].rows(numbers, torch.tensor([[1.0], [5.0]]), torch.tensor([[3.0], [1.0]]))
    assert errors.tolist() == [4.0, 16.0]
    assert float(COSTS["mse"].of(errors, None)) == 10
    assert float(COSTS["rmse"].of(errors, None)) == pytest.approx(10**0.5)
    assert float(COSTS["rmse"].of(errors, torch.tensor([3.0, 1.0]))) == pytest.approx(7**0.5)


def test_rmse_of_a_perfect_fit_has_a_gradient():
    losses = torch.zeros(3, requires_grad=True)
    COSTS["rmse"].of(losses, None).backward()
    assert bool(torch.isfinite(losses.grad).all())


def test_the_names_of_the_options_are_those_of_the_code():
    assert set(options.ACTIVATIONS) == set(mlp.ACTIVATIONS) == set(forward.ACTIVATIONS)
    assert set(options.INITIALISATIONS) == set(mlp.INITIALISATIONS)
    assert set(options.COSTS) == set(COSTS)
