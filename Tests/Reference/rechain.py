"""Writes a recording's totals, hashes and second description again, as docs/format.md has them computed.

What a forger would do, who changed some rows.

usage: python3 rechain.py FILE
"""

import json
import pathlib
import re
import sqlite3
import sys

recording = sqlite3.connect(sys.argv[1])
recording.executescript("""
    UPDATE batches SET best = (
      SELECT episode FROM episodes WHERE ended <= batches.ended AND return IS NOT NULL
        AND ending IN ('terminated', 'truncated') ORDER BY return DESC, ended LIMIT 1);
    DELETE FROM description;
""")
rows = lambda sql: [list(row) for row in recording.execute(sql)]
sessions = rows("SELECT first_step, configuration, versions, started, worlds FROM sessions ORDER BY rowid")
for place, session in enumerate(sessions):
    description = {"session": session}
    if place == 0:
        description["run"] = dict(
            rows("SELECT key, value FROM run WHERE key NOT IN ('tags', 'note', 'rig')"))
        description["actions"] = rows("SELECT * FROM actions ORDER BY action")
        description["fields"] = rows("SELECT * FROM fields ORDER BY rowid")
    recording.execute("INSERT INTO description VALUES (?, ?)", (place + 1, json.dumps(description)))
recording.commit()

page = (pathlib.Path(__file__).parents[2] / "docs/format.md").read_text()
code = next(
    block for block in re.findall(r"```python\n(.*?)```", page, re.S) if "# The chain." in block)
code = code.split("# The digest.")[0]
comparison = 'if (hash, sections) != (batch["hash"], batch["sections"]):'
assert comparison in code
code = code.replace(comparison, "hashes.append((hash, sections))\n    if False:")
hashes = []
exec(code, {"hashes": hashes})
places = [row[0] for row in rows("SELECT rowid FROM batches ORDER BY rowid")]
recording.executemany(
    "UPDATE batches SET hash = ?, sections = ? WHERE rowid = ?",
    [(*pair, place) for pair, place in zip(hashes, places)])
recording.commit()
