"""The file is what docs/format.md says, and every change of it is found."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import unittest
from pathlib import Path

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from support import PAGE, RecordingTest, Scripted, play, reel, verify

from reel import _png, _safetensors
from reel._identity import is_alive, writer_of


class SchemaTest(RecordingTest):
    def test_the_schema_is_the_page_s(self) -> None:
        page = re.search(r"```schema\n(.*?)```", PAGE, re.S)[1]
        names = "\nLEFT JOIN actions ON actions.action = transitions.action"
        for state, action in (("INTEGER", "INTEGER"), ("INTEGER", "BLOB"), ("BLOB", "INTEGER"), ("BLOB", "BLOB")):
            with self.subTest(f"{state} {action}"):
                text = re.sub(r"(state) VALUE", rf"\1 {state}", page)
                text = text.replace("action VALUE", f"action {action}")
                if action == "BLOB":
                    text = text.replace("actions.name AS", "NULL AS").replace(names, "")
                expected = sqlite3.connect(":memory:")
                expected.executescript(text)
                space = {"INTEGER": spaces.Discrete(3), "BLOB": spaces.Box(0, 1, (2,))}
                path = self.folder / f"{state}-{action}.sqlite"
                reel.Recorder(Scripted(space[state], space[action]), path).close()
                found = sqlite3.connect(path)
                query = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid"
                self.assertEqual(found.execute(query).fetchall(), expected.execute(query).fetchall())
                self.assertEqual(found.execute("PRAGMA user_version").fetchone(), (2,))
                self.assertEqual(found.execute("PRAGMA application_id").fetchone(), (0x5245454C,))
                self.assertEqual(found.execute("PRAGMA journal_mode").fetchone(), ("delete",))
                self.assertEqual(found.execute("PRAGMA integrity_check").fetchone(), ("ok",))

    def test_the_description_is_there_twice(self) -> None:
        env = reel.Recorder(gym.make("FrozenLake-v1"), self.path, tags=["a"], note="n", seed=3, config={"x": 1})
        env.close()
        reel.Recorder(gym.make("FrozenLake-v1"), self.path, append=True).close()
        database = sqlite3.connect(self.path)
        first, second = (json.loads(row[0]) for row in database.execute("SELECT json FROM description ORDER BY session"))
        run = dict(database.execute("SELECT * FROM run WHERE key NOT IN ('tags', 'note', 'rig')"))
        self.assertEqual(first["run"], run)
        for table in ("actions", "fields"):
            rows = [list(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY rowid")]
            self.assertEqual(first[table], rows)
        sessions = [
            list(row)
            for row in database.execute("SELECT first_step, configuration, versions, started, worlds FROM sessions")
        ]
        self.assertEqual([first["session"], second["session"]], sessions)

    def test_the_writer_names_this_process(self) -> None:
        env = reel.Recorder(Scripted(spaces.Discrete(2)), self.path)
        database = sqlite3.connect(self.path)
        (text,) = database.execute("SELECT writer FROM sessions").fetchone()
        database.close()
        self.assertEqual(text, writer_of(str(self.path)))
        writer = json.loads(text)
        fields = "process started ticks boot host namespace device inode"
        self.assertEqual(sorted(writer), sorted(fields.split()))
        stat = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        self.assertEqual(writer["ticks"], int(stat[19]))
        self.assertEqual(is_alive(text, str(self.path)), writer["process"])
        for key, other in (("ticks", 1), ("boot", "x"), ("inode", 1), ("process", 1 << 22)):
            self.assertIsNone(is_alive(json.dumps({**writer, key: other}), str(self.path)), key)
        env.close()
        self.assertIsNone(is_alive(text, str(self.path)))


class TamperTest(RecordingTest):
    """A changed value of any table breaks the chain."""

    # What no hash covers, by table: labels, what is told of a session's end, and a picture's bytes, which
    # its own hash covers.
    UNCOVERED = {
        "sessions": {"ended", "writer"}, "images": {"png"},
        "description": {"session", "json"},
    }  # fmt: skip

    def setUp(self) -> None:
        super().setUp()
        self.whole = self.folder / "whole.sqlite"
        self.record(Scripted(spaces.Box(0, 1, (2,)), spaces.Text(4), render_mode="rgb_array"), self.whole)
        self.discrete = self.folder / "discrete.sqlite"
        self.record(Scripted(spaces.Discrete(3), render_mode="rgb_array"), self.discrete)

    def record(self, inner: Scripted, path: Path) -> None:
        env = reel.Recorder(inner, path, infos=("distance", "word"), frames="all", seed=4)
        for part in range(3):
            play(env, 2)
            env.metric("losses/x", part)
            env.checkpoint({"w": np.full(2, float(part))})
            env.flush()
        env.reset(seed=9, options={"a": 1})
        env.step(env.action_space.sample())
        env.close()

    def change(self, table: str, column: str, path: Path) -> None:
        # Names of actions stand where these are numbers.
        shutil.copy(self.discrete if table == "actions" else self.whole, path)
        database = sqlite3.connect(path)
        condition = "key = 'world'" if table == "run" else "1"
        rows = database.execute(f"SELECT rowid, {column} FROM {table} WHERE {condition}").fetchall()
        rowid, value = random.Random(f"{table}{column}").choice(rows)
        if isinstance(value, int):
            changed = value + 1000003
        elif isinstance(value, float):
            changed = value + 0.5
        elif value is None:
            kind = database.execute(f"SELECT type FROM pragma_table_info('{table}') WHERE name = '{column}'").fetchone()[0]
            changed = "x" if kind == "TEXT" else 77
        else:
            changed = value + (b"x" if isinstance(value, bytes) else "x")
        database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [changed, rowid])
        database.commit()
        database.close()

    def test_any_changed_value_is_found(self) -> None:
        verify(self.whole)
        database = sqlite3.connect(self.whole)
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        self.assertEqual(len(tables), 13)
        path = self.folder / "changed.sqlite"
        self.broken.add(path)
        for table in tables:
            for (column,) in database.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchall():
                if column in self.UNCOVERED.get(table, ()):
                    continue
                with self.subTest(f"{table}.{column}"):
                    self.change(table, column, path)
                    with self.assertRaises((AssertionError, IndexError)):
                        verify(path)

    def test_a_picture_s_hash_is_that_of_its_bytes(self) -> None:
        import hashlib

        rows = sqlite3.connect(self.whole).execute("SELECT hash, png FROM images").fetchall()
        self.assertGreater(len(rows), 20)
        for digest, png in rows:
            self.assertEqual(hashlib.sha256(png).digest(), digest)

    def test_rows_that_are_gone_are_missed(self) -> None:
        path = self.folder / "changed.sqlite"
        self.broken.add(path)
        for table in ("transitions", "episodes", "metrics", "checkpoints", "infos", "images", "scenes", "fields"):
            with self.subTest(table):
                shutil.copy(self.whole, path)
                database = sqlite3.connect(path)
                database.execute(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) - 1 FROM {table})")
                if not database.execute("SELECT changes()").fetchone()[0]:
                    database.execute(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})")
                database.commit()
                database.close()
                with self.assertRaises((AssertionError, IndexError)):
                    verify(path)


class PNGTest(unittest.TestCase):
    def pictures(self) -> list:
        noise = np.random.default_rng(1)
        flat = np.zeros((40, 61, 3), np.uint8)
        flat[10:30, 5:50] = (200, 30, 7)
        flat[15:20, 9:14] = (1, 2, 3)
        smooth = np.add.outer(np.arange(50), np.arange(60))[..., None] * [1, 2, 3]
        few = [noise.integers(0, 256, (colours, 3), np.uint8) for colours in (1, 2, 3, 4, 5, 16, 17, 256)]
        return [
            flat, smooth.astype(np.uint8), noise.integers(0, 256, (33, 47, 3), np.uint8),
            noise.integers(0, 256, (33, 47), np.uint8), noise.integers(0, 256, (9, 7, 4), np.uint8),
            np.zeros((1, 1, 3), np.uint8), np.asfortranarray(flat), flat[::-1, ::2],
            *(palette[noise.integers(0, len(palette), (19, 23))] for palette in few),
        ]  # fmt: skip

    def test_pixels_come_back_as_they_were(self) -> None:
        for place, pixels in enumerate(self.pictures()):
            with self.subTest(place):
                np.testing.assert_array_equal(_png.decode(_png.encode(pixels)), pixels)

    def test_another_decoder_reads_them(self) -> None:
        try:
            import pygame
        except ImportError:
            self.skipTest("pygame is not installed")
        import io

        for place, pixels in enumerate(self.pictures()):
            if pixels.ndim == 3 and pixels.shape[2] == 3:
                surface = pygame.image.load(io.BytesIO(_png.encode(pixels)), "x.png")
                with self.subTest(place):
                    found = np.swapaxes(pygame.surfarray.array3d(surface), 0, 1)
                    np.testing.assert_array_equal(found, pixels)

    def test_a_drawn_picture_is_small(self) -> None:
        self.assertLess(len(_png.encode(np.zeros((400, 600, 3), np.uint8))), 300)


class SafetensorsTest(unittest.TestCase):
    def test_arrays_come_back_as_they_were(self) -> None:
        arrays = {
            np.dtype(code).name: np.arange(6).astype(code).reshape(2, 3)
            for code in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", ">f4")
        }
        arrays["scalar"] = np.float32(3)
        arrays["none"] = np.zeros((0, 4))
        arrays["across"] = np.arange(6.0).reshape(2, 3).T
        found = _safetensors.unpack(_safetensors.pack(arrays))
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[name], array)
        self.assertEqual(_safetensors.pack({}), b"\x02\0\0\0\0\0\0\0{}")


if __name__ == "__main__":
    unittest.main()
