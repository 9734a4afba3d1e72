"""Writes the hashes of a recording's batches again, as docs/format.md has them computed.

Only for the recordings in Tests/RecordingsTests/Fixtures, before the format's first release: what is
covered changed after they were made.

usage: python3 rechain.py FILE
"""

import pathlib
import re
import sqlite3
import sys

page = (pathlib.Path(__file__).parents[2] / "docs/format.md").read_text()
code = re.findall(r"```python\n(.*?)```", page, re.S)[-1].split("# The digest.")[0]
code = code.replace("if hash != written:", "hashes.append((hash, first))\n    if False:")
hashes = []
exec(code, {"hashes": hashes})
recording = sqlite3.connect(sys.argv[1])
recording.executemany("UPDATE batches SET hash = ? WHERE first_step = ?", hashes)
recording.commit()
