"""Writes rliable.json: statistics of made-up scores, as rliable computes them.

python3 -m venv /tmp/rliable && /tmp/rliable/bin/pip install rliable "pandas<3"
/tmp/rliable/bin/python rliable_reference.py > rliable.json
"""

import json

import numpy
from rliable import library, metrics

REPETITIONS = 50_000


def scores(runs, tasks, seed, ties=False):
    """Skewed scores, of tasks that are unequally hard; with ties they are few whole numbers."""
    lots = numpy.random.RandomState(seed)
    values = lots.gamma(2.0, 0.3, (runs, tasks)) + lots.uniform(0, 0.6, tasks)
    return numpy.round(values * 4) if ties else values


def aggregates(optimum):
    return lambda x: numpy.array([
        metrics.aggregate_iqm(x), metrics.aggregate_mean(x), metrics.aggregate_median(x),
        metrics.aggregate_optimality_gap(x, optimum)])


def case(name, first, second, optimum):
    numpy.random.seed(7)
    thresholds = [float(t) for t in numpy.linspace(first.min(), first.max(), 9)]
    points, intervals = library.get_interval_estimates(
        {"x": first}, aggregates(optimum), reps=REPETITIONS)
    better, better_interval = library.get_interval_estimates(
        {"x,y": (first, second)},
        lambda x, y: numpy.array([metrics.probability_of_improvement(x, y)]), reps=5000)
    profile, profile_interval = library.create_performance_profile(
        {"x": first}, numpy.array(thresholds), reps=2000)
    return {
        "name": name, "optimum": optimum,
        "first": first.T.tolist(), "second": second.T.tolist(),
        "aggregates": points["x"].tolist(), "intervals": intervals["x"].tolist(),
        "improvement": better["x,y"].tolist(), "improvement_interval": better_interval["x,y"].tolist(),
        "thresholds": thresholds, "profile": profile["x"].tolist(),
        "profile_interval": profile_interval["x"].tolist(),
    }


if __name__ == "__main__":
    print(json.dumps([
        case("10 runs of 20 tasks", scores(10, 20, 1), scores(10, 20, 2), 1.0),
        case("7 runs of 3 tasks against 4 runs", scores(7, 3, 3), scores(4, 3, 4), 0.9),
        case("6 runs of 1 task, with ties", scores(6, 1, 5, True), scores(9, 1, 6, True), 3.0),
    ]))
