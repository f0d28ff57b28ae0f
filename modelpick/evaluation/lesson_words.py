"""What each option of a network does, in a few words for a beginner."""

from __future__ import annotations

ACTIVATIONS = {
    "relu": "of each hidden node: its sum, or 0 where that is negative",
    "tanh": "of each hidden node: squeezes its sum to between -1 and 1",
    "sigmoid": "of each hidden node: squeezes its sum to between 0 and 1",
    "gelu": "of each hidden node: its sum, faded out smoothly below 0",
    "identity": "none: the sums go on as they are, and the whole stays linear",
}
OUTPUTS = {
    "softmax": "turns the last sums into probabilities that add up to 1",
    "sigmoid": "turns each of the last sums into a probability of its own",
    "identity": "the last sum is the answer",
}
INITIALISATIONS = {
    "torch": "random weights and biases, all alike within +-1/sqrt(inputs): PyTorch's own",
    "glorot": "random weights, smaller the more inputs and nodes a layer has; biases 0",
    "he": "random weights, smaller the more inputs a layer has; made for relu; biases 0",
    "normal": "small random weights around 0; biases 0",
    "uniform": "small random weights within +-0.05; biases 0",
    "zero": "all 0: the nodes of a layer stay copies of each other",
}
COSTS = {
    "cross-entropy": "categorical: a row's loss is -ln of the probability that its true class was given",
    "binary-cross-entropy": "binary: of each class alone: -ln of the probability that was given to what is true",
    "mse": "a row's loss is the square of its error",
    "rmse": "the root of the mean squared error, in the target's own unit",
    "perceptron": "a row's loss is how far its sum is on the wrong side",
}
OPTIMIZERS = {
    "adam": "each weight has a step of its own, by the mean and the spread of its last slopes",
    "adamw": "adam, with the decay of the weights apart from the slopes",
    "momentum": "goes down the slope, and on in the direction of the last steps",
    "sgd": "goes down the slope of each batch (stochastic gradient descent)",
}
