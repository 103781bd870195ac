"""Which flower is it? The nearest of three centres, with nothing but the standard library."""

import csv
import json
import math
import os


def model_fn(model_dir):
    """Loads the model once, in each worker."""
    with open(os.path.join(model_dir, "centres.csv"), newline="") as file:
        return {name: [float(cell) for cell in cells] for name, *cells in csv.reader(file)}


def input_fn(body, content_type):
    """The rows of a request, as CSV or JSON."""
    if content_type == "application/json":
        return json.loads(body)
    return [[float(cell) for cell in line.split(",")] for line in body.decode().split()]


def predict_fn(rows, model):
    """The name of the nearest centre of each row."""
    return [min(model, key=lambda name: math.dist(model[name], row)) for row in rows]


def output_fn(names, accept):
    """The names as JSON."""
    return json.dumps(names), "application/json"
