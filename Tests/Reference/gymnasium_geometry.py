"""Where Gymnasium draws the parts of its classic worlds, found in its pixels.

Writes Tests/ReplayTests/Fixtures/NAME.json, which the tests of Reel's painters compare with their own places:
the numbers of 200 states (observations where these have all of a state), and for each the places that were
found, in pixels of Gymnasium's picture from its upper left corner.

    python3 -m venv venv && venv/bin/pip install "gymnasium[classic-control]==1.4.0" numpy
    venv/bin/python Tests/Reference/gymnasium_geometry.py
"""

import json
import pathlib

import gymnasium
import numpy as np

FIXTURES = pathlib.Path(__file__).parents[1] / "ReplayTests" / "Fixtures"
random = np.random.default_rng(1)


def pixels(frame, color, tolerance=3):
    """The middles of all pixels of a colour, x and y."""
    distance = np.abs(frame.astype(int) - np.array(color)).max(axis=2)
    rows, columns = np.nonzero(distance <= tolerance)
    return np.stack([columns, rows], axis=1) + 0.5


def axis(cloud):
    """The middle of a cloud of places and the direction in which it is longest."""
    middle = cloud.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov((cloud - middle).T))
    return middle, vectors[:, 1]


def farthest_end(cloud, start, near):
    """Where the axis of a rod ends that begins at a place, of whose pixels those farther than `near` are
    looked at."""
    rod = cloud[np.hypot(*(cloud - start).T) > near]
    way = rod.mean(axis=0) - start
    way /= np.hypot(*way)
    along = (rod - start) @ way
    edge = rod[along > along.max() - 5]
    side = (edge - start) @ np.array([-way[1], way[0]])
    return start + way * along.max() + np.array([-way[1], way[0]]) * side.mean()


def cart_pole(frame):
    cart = pixels(frame, (0, 0, 0))
    cart = cart[(np.abs(cart[:, 1] - 299.5) > 1)]  # The rail.
    axle = pixels(frame, (129, 132, 203)).mean(axis=0)
    pole = pixels(frame, (202, 152, 101))
    middle, way = axis(pole)
    # The pole begins behind the axle and is longest away from it.
    way = way if (middle - axle) @ way > 0 else -way
    tip = middle + way * ((pole - middle) @ way).max()
    return [*(cart.min(axis=0) - 0.5), *(cart.max(axis=0) + 0.5), *axle, *tip]


def mountain_car(frame):
    gray = pixels(frame, (128, 128, 128))
    # Soft edges of the road can have the wheels' colour, but are thin.
    near = np.abs(gray[:, None] - gray[None]).max(axis=2) <= 2
    gray = gray[near.sum(axis=1) >= 12]
    middle, way = axis(gray)
    way = way if way[0] > 0 else -way
    right = (gray - middle) @ way > 0
    return [*gray[~right].mean(axis=0), *gray[right].mean(axis=0)]


def pendulum(frame):
    pivot = pixels(frame, (0, 0, 0)).mean(axis=0)
    rod = pixels(frame, (204, 77, 77))
    way = rod.mean(axis=0) - pivot
    way /= np.hypot(*way)
    # The rod ends in half a circle, a tenth of its length thick to either side.
    return [*pivot, *(pivot + way * (((rod - pivot) @ way).max() - int(50 / 4.4)))]


def acrobot(frame):
    joints = pixels(frame, (204, 204, 0))
    pivot = np.array([250, 249.5])
    elbow = joints[np.hypot(*(joints - pivot).T) > 20].mean(axis=0)
    links = pixels(frame, (0, 204, 204))
    # What is not the first link is the second.
    way = elbow - pivot
    share = np.clip(((links - pivot) @ way) / (way @ way), 0, 1)
    second = links[np.hypot(*(links - pivot - share[:, None] * way).T) > 16]
    return [*elbow, *farthest_end(second, elbow, 40)]


def record(name, world, states, observed, find, setting=None):
    env = gymnasium.make(world, render_mode="rgb_array")
    env.reset(seed=1)
    rows = []
    for state in states:
        env.unwrapped.state = np.array(state)
        places = find(env.render())
        rows.append([[round(float(n), 5) for n in observed(state)], [round(float(n), 2) for n in places]])
    fixture = {"world": world, "gymnasium": gymnasium.__version__, "states": rows}
    if setting:
        fixture |= setting(env)
    FIXTURES.mkdir(exist_ok=True)
    text = json.dumps(fixture, separators=(",", ":")).replace("[[[", "[\n[[").replace("]],[[", "]],\n[[")
    (FIXTURES / f"{name}.json").write_text(text + "\n")


def road(env):
    """The road of the mountain car: a place in every tenth column, with the car out of the way."""
    places = []
    for position, columns in [(-1.1, range(100, 540, 10)), (0.3, range(0, 100, 10))]:
        env.unwrapped.state = np.array([position, 0])
        frame = env.render()
        for column in columns:
            dark = 255 - frame[:, column].astype(int).mean(axis=1)
            places.append([column + 0.5, round(float((dark * (np.arange(400) + 0.5)).sum() / dark.sum()), 2)])
    return {"road": places}


def uniform(*bounds):
    return [[random.uniform(low, high) for low, high in bounds] for _ in range(200)]


same = lambda state: state
record("cartpole", "CartPole-v1", uniform((-1.35, 1.35), (-1, 1), (-1.3, 1.3), (-1, 1)), same, cart_pole)
record("mountaincar", "MountainCar-v0", uniform((-1.15, 0.42), (-0.07, 0.07)), same, mountain_car, road)
record(
    "pendulum", "Pendulum-v1", uniform((-np.pi, np.pi), (-8, 8)),
    lambda state: [np.cos(state[0]), np.sin(state[0]), state[1]], pendulum)
record(
    "acrobot", "Acrobot-v1", uniform((-np.pi, np.pi), (-2.5, 2.5), (-4, 4), (-9, 9)),
    lambda state: [np.cos(state[0]), np.sin(state[0]), np.cos(state[1]), np.sin(state[1]), *state[2:]],
    acrobot)
