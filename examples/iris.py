"""The five steps of a first course in neural networks, on the Iris flowers.

Load and preprocess, create, train, save and load, predict.

    python examples/iris.py            saves the run in ./modelpick-runs
    python examples/iris.py FOLDER     saves it in FOLDER, which must not exist yet
"""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import modelpick


def main(folder: str | None) -> None:
    print("1. Load and preprocess\n")
    iris = load_iris()
    flowers, species = iris.data, iris.target_names[iris.target]
    seen, test, seen_species, test_species = train_test_split(
        flowers, species, test_size=15, stratify=species, random_state=0
    )
    train, validation, train_species, validation_species = train_test_split(
        seen, seen_species, test_size=15, stratify=seen_species, random_state=0
    )
    scaler = StandardScaler().fit(train)  # the mean and spread of the training rows alone: the others are the future
    print(f"{len(train)} rows to train, {len(validation)} to validate, {len(test)} to test")
    print(f"columns: {', '.join(iris.feature_names)}")
    print("first rows as measured\n", train[:3])
    print("first rows centred and scaled\n", scaler.transform(train[:3]).round(2))

    print("\n2. Create\n")
    network = modelpick.MLPClassifier(
        hidden_layer_sizes=(128, 128), activation="relu", batch_size=16, epochs=10, random_state=0
    )
    print(network)
    print("A layer of B nodes over A inputs has A x B weights and B biases:")
    for inputs, nodes in pairwise((4, 128, 128, 3)):
        print(f"  {inputs} x {nodes} + {nodes} = {inputs * nodes + nodes:,}")

    print("\n3. Train\n")
    network.fit(
        scaler.transform(train),
        train_species,
        validation=(scaler.transform(validation), validation_species),
    )
    print(network.summary())
    print("\nepoch  loss   accuracy: training  validation")
    for record in network.history_:
        print(f"{record.epoch:5}  {record.train_loss:.3f}  {record.train_score:18.3f}  {record.validation_score:10.3f}")
    accuracy = np.mean(network.predict(scaler.transform(test)) == test_species)
    print(f"accuracy on the {len(test)} test rows: {accuracy:.3f}")

    print("\n4. Save and load\n")
    print("One split of so few rows is a matter of luck. `evaluate` does the same on several splits, beside simpler")
    print("models, and saves the network together with its scaling; there is no pickle in the folder.\n")
    result = modelpick.evaluate("iris", split="8:1:1", run_dir=folder)
    for model in result.to_dict()["models"]:
        score = model["metrics"]["accuracy"]
        low, high = score["ci95"]
        print(f"{model['name']:12} accuracy {score['mean']:.3f}  (95 % interval {low:.3f} to {high:.3f})")
    print(f"saved in {result.run_dir}")

    print("\n5. Predict a new flower: 6.6, 3, 4.4, 1.4\n")
    answer = modelpick.predict(result.run_dir, row=[6.6, 3, 4.4, 1.4], use="mlp").predictions[0]
    for name, probability in answer.probabilities.items():
        print(f"{name:12} {probability:.3f}")
    print(f"It is a {answer.answer}.")


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else None)
    except modelpick.ModelpickError as error:
        sys.exit(f"{error.message}\n{error.hint or ''}")
