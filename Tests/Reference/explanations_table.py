"""What a step of Q-learning must say: the table folded over the log, in double precision, bit for bit."""

import numpy as np

from explanations_recording import schedule
from explanations_worlds import moves


def best(row):
    """The actions than which no other is better; none where none is legal."""
    return [] if np.all(np.isneginf(row)) else np.flatnonzero(row == row.max()).tolist()


def explain(recording, step):
    settings, row = recording.settings, recording.steps[step]
    _, kept, _ = recording.checkpoint(0)
    table, visits = kept["q"], kept["visits"]
    for past in recording.steps[:step]:
        after, _ = update(table, past, settings)
        table[past["state"], past["action"]] = after
        visits[past["state"], past["action"]] += 1
    state, action, following = row["state"], row["action"], row["next"]
    names = recording.actions

    def words(actions):
        return [names[action] for action in actions]

    found = recording.place("table", step) | {"state": state}
    for name, offset, count in recording.rows.execute(
            "SELECT name, offset, count FROM fields WHERE subject = 'state' ORDER BY rowid"):
        found[name] = state // offset % count
    winners = best(table[state])
    found["actions"] = [
        {"action": name, "value": None if np.isneginf(table[state, index]) else float(table[state, index]),
         "visits": int(visits[state, index]), "best": index in winners}
        for index, name in enumerate(names)]
    found |= {"action": names[action]} | choice(recording, row, table[state], winners)
    found |= movement(recording, row)
    outcome = recording.outcome(step)
    found |= {"reward": outcome["reward"], "next_state": following, "ending": outcome["ending"]}
    after, target = update(table, row, settings)
    is_over = row["ending"] == "terminated"
    changed = table[state].copy()
    changed[action] = after
    found["update"] = {
        "rule": "blend", "alpha": alpha(row, settings), "gamma": settings["gamma"],
        "before": float(table[state, action]), "next_value": 0.0 if is_over else value(table[following]),
        "next_actions": [] if is_over else words(best(table[following])), "target": target,
        "error": target - float(table[state, action]), "after": after,
        "state_value_before": value(table[state]), "state_value_after": value(changed),
        "best_before": words(winners), "best_after": words(best(changed))}
    return found


def value(row):
    return 0.0 if np.all(np.isneginf(row)) else float(row.max())


def alpha(row, settings):
    return schedule(settings["alpha"], row["episode"], settings["episodes"])


def update(table, row, settings):
    """Q ← (1 − α) Q + α (r + γ max Q′): the new value, and what it was moved towards."""
    rate = alpha(row, settings)
    target = row["reward"]
    if row["ending"] != "terminated":
        target = target + settings["gamma"] * value(table[row["next"]])
    return float((1 - rate) * table[row["state"], row["action"]] + rate * target), float(target)


def choice(recording, row, values, winners):
    """Why the action was chosen; that the draws lead to it is checked."""
    settings, draws = recording.settings, recording.generator
    place = "policy", row["episode"], row["t"]
    epsilon = schedule(settings["epsilon"], row["episode"], settings["episodes"])
    found = {"epsilon": epsilon, "draw": draws.share(*place)}
    legal = np.flatnonzero(~np.isneginf(values)).tolist()
    if found["draw"] < epsilon:
        assert legal[draws.pick(*place, 1, len(legal))] == row["action"]
        return {"choice": "exploration"} | found | {"among": len(legal)}
    if len(winners) == 1:
        assert winners[0] == row["action"]
        return {"choice": "best"} | found
    assert settings["ties"] == "random" and winners[draws.pick(*place, 2, len(winners))] == row["action"]
    names = [recording.actions[action] for action in winners]
    return {"choice": "tie"} | found | {"tied": names, "ties": "random"}


def movement(recording, row):
    """Which way the world went; that this leads to the next state is checked."""
    ways = recording.rows.execute("SELECT action, dx, dy FROM actions").fetchall()
    by_way = {(dx, dy): action for action, dx, dy in ways if (dx, dy) != (0, 0)}
    _, dx, dy = ways[row["action"]]
    executed, draw = row["action"], None
    noise = recording.settings["noise"]
    if noise > 0 and (dx, dy) != (0, 0):
        draw = recording.generator.share("world", row["episode"], row["t"])
        # Half of the slips go to the right, half to the left.
        if draw < int(noise / 2 * 2**32) / 2**32:
            executed = by_way[-dy, dx]
        elif draw < 2 * int(noise / 2 * 2**32) / 2**32:
            executed = by_way[dy, -dx]
    assert (dx, dy) == (0, 0) or moves(recording, row["state"], executed) == row["next"]
    return {"executed": recording.actions[executed], "world_draw": draw}
