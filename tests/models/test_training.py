"""The training loop: updates, batches, optimisers, early stopping, repeatable seeds, threads given back."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from modelpick.errors import CannotFindOut
from modelpick.models.batches import Batch, Rows
from modelpick.models.mlp import MLP
from modelpick.models.optimizers import OPTIMIZERS, as_one_vector, decay_of, fill_gradient, move_together, trained
from modelpick.models.training import _rate, train
from modelpick.models.training_settings import Settings


def rows(count=90, seed=0) -> Rows:
    stream = np.random.default_rng(seed)
    codes = stream.integers(0, 3, count)
    features = stream.normal(size=(count, 4)) + codes[:, None]
    return Rows(features=torch.tensor(features, dtype=torch.float32), targets=torch.eye(3)[codes])


def net(seed=0, **kwargs) -> MLP:
    return MLP((4, 8, 3), generator=torch.Generator().manual_seed(seed), **kwargs)


def settings(**changes) -> Settings:
    return Settings(**{"cost": "cross-entropy", "batch_size": 16, "epochs": 5, **changes})


def weights(model: MLP) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_a_thousand_rows_in_batches_of_128_for_50_epochs_are_400_updates():
    trained = train(net(), rows(1000), settings(batch_size=128, epochs=50))
    assert trained.updates == 8 * 50 == 400
    assert [record.epoch for record in trained.history] == list(range(1, 51))


def test_batch_gradient_descent_makes_one_update_an_epoch_and_it_is_the_gradient():
    data, model = rows(30), net()
    before = weights(model).clone()
    loss = torch.nn.functional.cross_entropy(model(data.features), data.targets)
    gradient = torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(model.parameters()))])
    trained = train(model, data, settings(batch_size=30, epochs=1, optimizer="sgd", learning_rate=0.1))
    assert trained.updates == 1
    assert torch.allclose(weights(model), before - 0.1 * gradient, atol=1e-7)


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("sgd", lambda p, d: torch.optim.SGD(p, lr=0.01, weight_decay=d)),
        ("momentum", lambda p, d: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=d)),
        ("adam", lambda p, d: torch.optim.Adam(p, lr=0.01, weight_decay=d)),
        ("adamw", lambda p, d: torch.optim.AdamW(p, lr=0.01, weight_decay=d)),
    ],
)
def test_optimizers_equal_those_of_torch(name, theirs, decay):
    ours, reference, data = net(), net(), rows(40)
    theta, gradient = as_one_vector(ours)
    optimizer = OPTIMIZERS[name](decay_of(ours, decay))
    biases = [p for p in reference.parameters() if p.ndim == 1]
    matrices = [p for p in reference.parameters() if p.ndim == 2]
    others = [theirs(matrices, decay), theirs(biases, 0.0)]
    for _ in range(20):
        gradient.zero_()
        torch.nn.functional.cross_entropy(ours(data.features), data.targets).backward()
        optimizer.step(theta, gradient, 0.01)
        for other in others:
            other.zero_grad()
        torch.nn.functional.cross_entropy(reference(data.features), data.targets).backward()
        for other in others:
            other.step()
    assert torch.allclose(weights(ours), weights(reference), atol=2e-6)


def test_zero_initialisation_stays_symmetric_and_random_does_not():
    for init, different in (("zero", 1), ("torch", 8)):
        model = net(init=init, activation="sigmoid")
        train(model, rows(), settings())
        assert len(torch.unique(model.layers[0].weight, dim=0)) == different, init


def test_the_same_seed_gives_the_same_bits_whatever_else_draws_numbers():
    first, second, other = net(3, dropout=0.2), net(3, dropout=0.2), net(4, dropout=0.2)
    train(first, rows(), settings())
    torch.manual_seed(99)
    torch.randn(7)
    train(second, rows(), settings())
    train(other, rows(), settings())
    assert torch.equal(weights(first), weights(second))
    assert not torch.equal(weights(first), weights(other))


def test_learning_rate_follows_half_a_cosine_to_nothing():
    whole = settings(schedule="cosine", learning_rate=0.4)
    assert [_rate(whole, done) for done in (0, 0.5, 1)] == pytest.approx([0.4, 0.2, 0])
    assert _rate(settings(learning_rate=0.4), 0.9) == 0.4
    constant, cosine = net(), net()
    train(constant, rows(), settings())
    train(cosine, rows(), settings(schedule="cosine"))
    assert not torch.equal(weights(constant), weights(cosine))


def test_early_stopping_ends_and_puts_the_best_weights_back():
    data, held = rows(60), rows(40, seed=1)
    model = net()
    trained = train(
        model, data, settings(epochs=500, learning_rate=0.05, early_stopping=True, patience=5), validation=held
    )
    losses = [record.validation_loss for record in trained.history]
    assert len(losses) < 500
    assert trained.epoch == int(np.argmin(losses)) + 1 == len(losses) - 5
    with torch.no_grad():
        loss = torch.nn.functional.cross_entropy(model(held.features), held.targets)
    assert float(loss) == pytest.approx(min(losses))


def test_a_diverging_training_says_so():
    with pytest.raises(CannotFindOut, match="diverged") as error:
        train(net(), rows(), settings(cost="cross-entropy", optimizer="sgd", learning_rate=1e30))
    assert "--lr" in error.value.hint


def test_threads_are_given_back_also_after_an_error():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        train(net(), rows(), settings())
        assert torch.get_num_threads() == 2
        with pytest.raises(CannotFindOut):
            train(net(), rows(), settings(optimizer="sgd", learning_rate=1e30))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_training_never_imports_the_compiler_of_torch():
    program = (
        "import sys, numpy as np; from modelpick import MLPClassifier\n"
        "MLPClassifier(epochs=1, dropout=0.1, weight_decay=0.1).fit(np.eye(4), [0, 1, 0, 1]).predict(np.eye(4))\n"
        "print([m for m in ('torch._dynamo', 'transformers', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("channels_last", [False, True])
def test_the_gradient_is_the_same_in_the_way_of_a_gpu(channels_last):
    model = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(4 * 36, 2)
    )
    _, gradient = as_one_vector(model, channels_last)
    images = torch.randn(5, 3, 8, 8)
    fill_gradient(gradient, model(images).square().mean(), trained(model))
    before = gradient.clone()
    named = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    move_together(gradient, model(images).square().mean(), trained(model))
    assert torch.allclose(gradient, before, atol=1e-6)
    assert all(torch.allclose(p.grad, named[name], atol=1e-6) for name, p in model.named_parameters())


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_adam_is_the_same_by_torchs_kernel_and_step_by_step(name, decay, monkeypatch):
    one, other, data = net(), net(), rows(40)
    optimizers = [OPTIMIZERS[name](decay_of(model, decay)) for model in (one, other)]
    monkeypatch.setattr(optimizers[1], "_step_at_once", optimizers[1]._step)
    vectors = [as_one_vector(model) for model in (one, other)]
    for _ in range(20):
        for model, optimizer, (theta, gradient) in zip((one, other), optimizers, vectors, strict=True):
            fill_gradient(gradient, torch.nn.functional.cross_entropy(model(data.features), data.targets), [])
            optimizer.step(theta, gradient, 0.01)
    assert not torch.equal(weights(one), weights(net()))
    assert torch.allclose(weights(one), weights(other), atol=2e-6)


def test_the_running_means_are_those_of_the_epochs_own_rows_weighted():
    data, model = rows(50), net()
    counts = torch.arange(50) % 3.0
    weighted = Rows(features=data.features, targets=data.targets, weights=counts)
    with torch.no_grad():
        sums = model(data.features)
    losses = torch.nn.functional.cross_entropy(sums, data.targets, reduction="none")
    right = (sums.argmax(1) == data.targets.argmax(1)).float()
    still = settings(epochs=1, optimizer="sgd", learning_rate=0.0, measure_training=False)
    record = train(model, weighted, still).history[0]
    assert record.train_loss == pytest.approx(float((losses * counts).sum() / counts.sum()), rel=1e-5)
    assert record.train_score == pytest.approx(float((right * counts).sum() / counts.sum()), rel=1e-5)


def test_batches_that_count_nothing_are_left_out():
    weighted = Rows(features=torch.eye(12), targets=torch.eye(12), weights=(torch.arange(12) == 5).float())
    batches = list(weighted.batches(4, torch.Generator().manual_seed(0)))
    assert len(batches) == 1
    assert batches[0].weights.sum() == 1


def test_a_long_gradient_is_shortened():
    clipped = net()
    before = weights(clipped).clone()
    train(clipped, rows(), settings(batch_size=90, epochs=1, optimizer="sgd", learning_rate=1.0, clip=0.01))
    assert float((weights(clipped) - before).norm()) == pytest.approx(0.01, rel=1e-3)


def test_a_batch_in_pieces_gives_the_update_of_the_whole():
    """Pieces of unlike size count by their rows; the history is that of the rows, too."""

    def trained_on(cuts: list[int]) -> tuple[torch.Tensor, list]:
        torch.manual_seed(0)
        net = torch.nn.Linear(3, 2)
        features, codes = torch.randn(7, 3), torch.tensor([0, 1, 1, 0, 1, 0, 0])
        targets = torch.nn.functional.one_hot(codes, 2).float()

        class OneBatch(Rows):
            def batches(self, size, generator):
                parts = zip(features.tensor_split(cuts), targets.tensor_split(cuts), strict=True)
                pieces = tuple(Batch(inputs=(f,), targets=t) for f, t in parts)
                yield pieces[0] if len(pieces) == 1 else Batch(inputs=(), targets=targets, pieces=pieces)

        settings = Settings(cost="cross-entropy", batch_size=7, epochs=3, measure_training=False, clip=0.1)
        rows = OneBatch(features=features, targets=targets)
        done = train(net, rows, settings, generator=torch.Generator().manual_seed(0))
        return net.weight.detach(), [record.train_loss for record in done.history]

    whole, losses = trained_on([])
    for cuts in ([2], [1, 5]):
        weight, others = trained_on(cuts)
        torch.testing.assert_close(weight, whole)
        assert others == pytest.approx(losses, rel=1e-5)
