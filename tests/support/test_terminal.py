"""The screen of terminal.py shows what a terminal would."""
import unittest

import case
from terminal import Screen


class Shown(unittest.TestCase):
    def setUp(self):
        self.screen = Screen(5, 3)

    def test_text_fills_lines_and_long_ones_go_on_in_the_next(self):
        self.screen.feed("ab\r\ncdefgh")
        self.assertEqual(self.screen.text(), "ab\ncdefg\nh")
        self.assertEqual(self.screen.wrapped, 1)

    def test_without_wrapping_a_long_line_ends_at_the_edge(self):
        self.screen.feed("\x1b[?7labcdefgh\r\nx")
        self.assertEqual(self.screen.text(), "abcdh\nx")
        self.assertGreater(self.screen.wrapped, 0)

    def test_what_is_below_the_last_line_moves_the_others_up(self):
        self.screen.feed("1\r\n2\r\n3\r\n4")
        self.assertEqual(self.screen.text(), "2\n3\n4")

    def test_erasing_a_line_behind_a_full_one_takes_its_last_character(self):
        self.screen.feed("abcde\x1b[K")
        self.assertEqual(self.screen.text(), "abcd")
        self.screen.feed("\x1b[H12345\r\n67\r\n8\x1b[H\x1b[J")
        self.assertEqual(self.screen.text(), "")

    def test_the_alternate_screen_gives_back_what_was_there(self):
        self.screen.feed("was\x1b[?1049hnew\x1b[?25l")
        self.assertEqual((self.screen.text(), self.screen.alternate, self.screen.cursor),
                         ("new", True, False))
        self.screen.feed("\x1b[?25h\x1b[?1049l")
        self.assertEqual((self.screen.text(), self.screen.alternate, self.screen.cursor),
                         ("was", False, True))

    def test_a_sequence_may_come_in_pieces_and_an_unknown_one_is_refused(self):
        self.assertEqual(self.screen.feed("a\x1b[?10"), "\x1b[?10")
        self.screen.feed("\x1b[?1049h\x1b[1mb\x1b[0m")
        self.assertEqual(self.screen.text(), "b")
        for text in ("\x1b[5n", "\x07", "\x1b]0;title" + "x" * 20):
            with self.assertRaises(AssertionError):
                self.screen.feed(text)

    def test_another_size_keeps_what_fits(self):
        self.screen.feed("abcde\r\nf")
        self.screen.resize(3, 4)
        self.assertEqual(self.screen.text(), "abc\nf")


if __name__ == "__main__":
    case.main()
