"""Unit tests of ship-logs: what does not take a service or a journal."""

import json
import unittest

from load_program import load_program

program = load_program("logs/ship-logs.py")


class Texts(unittest.TestCase):
    def test_reads_each_shape_of_a_field(self):
        for value, text in (
            ("text", "text"),
            ([104, 105], "hi"),
            ([255], "\\xff"),
            (["a", "b"], "a\nb"),
            (["a", [98, 255], None], "a\nb\\xff\n"),
            ([], ""),
            (None, ""),
            (7, ""),
        ):
            with self.subTest(value):
                self.assertEqual(program.journal_text(value), text)

    def test_splits_between_characters_and_loses_none(self):
        for text in ("", "a", "ä" * 300_000, "a" + "😀" * 100_000, "\ud800" * 10):
            pieces = list(program.split(text))
            self.assertEqual("".join(pieces), text.encode("utf-8", "backslashreplace").decode())
            self.assertTrue(all(0 < len(piece.encode()) <= program.EVENT_BYTES for piece in pieces))

    def test_begins_where_a_state_says_or_at_the_oldest(self):
        self.assertEqual(program.start_of("s=1;i=2"), "--after-cursor=s=1;i=2")
        for value in (None, 7, ["x"], "", "a b", "a\nb", "x" * 2000):
            self.assertEqual(program.start_of(value), "--since=-13d")

    def test_takes_no_offset_beyond_a_file(self):
        for value, offset in ((5, 5), (10, 10), (11, 0), (-1, 0), ("5", 0), (None, 0)):
            self.assertEqual(program.offset_of(value, 10), offset)

    def test_tells_an_entry_that_it_can_not_read(self):
        entry = {"__CURSOR": "c", "__REALTIME_TIMESTAMP": "1000000", "MESSAGE": "m"}
        self.assertEqual(
            program.read_entry(json.dumps(entry).encode()), ("c", 1000, '{"message": "m"}')
        )
        cursor, _, text = program.read_entry(b'{"__CURSOR":"c","MESSAGE":')
        self.assertEqual(cursor, "c")
        self.assertIn("could not be shipped", text)
        with self.assertRaises(ValueError):
            program.read_entry(b"no entry")


if __name__ == "__main__":
    unittest.main()
