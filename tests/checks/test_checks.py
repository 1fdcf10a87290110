"""Each check of scripts/ finds what it is for: a fault planted in a tree of its own.

A tree is written with one fault; the check must name the file, the line and the fault, and
must be silent about the same tree without it.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
ROOT = SCRIPTS.parent


def lines(count):
    return "".join(f"    n += {number};\n" for number in range(count))


class Check(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="qcheck"))
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, files):
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run_check(self, name, *words):
        env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        return subprocess.run([SCRIPTS / f"check-{name}", self.root, *words], text=True, env=env,
                              capture_output=True, stdin=subprocess.DEVNULL)

    def accepts(self, name, files):
        self.write(files)
        done = self.run_check(name)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def refuses(self, name, files, *expected):
        self.write(files)
        done = self.run_check(name)
        self.assertNotEqual(done.returncode, 0, "the fault was not seen")
        for text in expected:
            self.assertIn(text, done.stdout + done.stderr)


class Includes(Check):
    def test_what_may_be_included_is_accepted(self):
        self.accepts("includes", {
            "common/buf.h": "", "broker-client/redis/x.h": "", "tasks/lib/pg.h": "",
            "common/buf.c": '#include "buf.h"\n#include <quern/err.h>\n#include <stdio.h>\n',
            "broker-client/b.c": '#include "redis/x.h"\n#include "common/buf.h"\n',
            "worker/w.c": '#include "broker-client/redis/x.h"\n',
            "broker-client/s.c": '#include "cron/cron.h"\n',
            "beat/b.c": '#include "cron/cron.h"\n',
            "tasks/reports/r.c": '#include "tasks/lib/pg.h"\n#include "common/buf.h"\n',
            "tests/unit/t.c": '#include "worker/w.h"\n#include <cmocka.h>\n',
            "api/http.c": "#include <microhttpd.h>\n",
        })

    def test_common_may_not_include_the_broker(self):
        self.refuses("includes", {"common/a.c": '\n#include "broker-client/broker.h"\n'},
                     "common/a.c:2: common must not include broker-client")

    def test_cron_may_not_include_the_broker_nor_the_worker_cron(self):
        self.refuses("includes", {"cron/a.c": '#include "broker-client/broker.h"\n',
                                  "worker/a.c": '#include "cron/cron.h"\n'},
                     "cron/a.c:1: cron must not include broker-client",
                     "worker/a.c:1: worker must not include cron")

    def test_programs_may_not_include_each_other(self):
        for room, other in (("cli", "worker"), ("worker", "api"), ("api", "beat"),
                            ("beat", "cli")):
            with self.subTest(room=room):
                self.refuses("includes", {f"{room}/a.c": f'#include "{other}/b.h"\n'},
                             f"{room}/a.c:1: {room} must not include {other}")

    def test_tasks_may_not_include_the_worker_or_each_other(self):
        self.refuses("includes", {"tasks/a/a.c": '#include "worker/pool.h"\n',
                                  "tasks/b/b.c": '#include "tasks/a/a.h"\n'},
                     "tasks/a must not include worker", "tasks/b must not include tasks/a")

    def test_a_way_up_is_no_way_around(self):
        self.refuses("includes", {"cli/a.c": '#include "../worker/b.h"\n'}, "cli/a.c:1:")

    def test_a_library_stays_in_its_home(self):
        for header in ("hiredis/hiredis.h", "event2/event.h", "microhttpd.h", "libpq-fe.h",
                       "curl/curl.h", "json-c/json.h", "openssl/evp.h", "cmocka.h"):
            with self.subTest(header=header):
                self.refuses("includes", {"common/a.c": f"#include <{header}>\n"},
                             f"common/a.c:1: <{header}> belongs into")

    def test_an_unknown_library_is_refused(self):
        self.refuses("includes", {"common/a.c": "#include <uv/version.h>\n"},
                     "<uv/version.h> is of no library known here")

    def test_its_own_header_comes_first(self):
        self.refuses("includes", {"common/a.h": "",
                                  "common/a.c": '#include <stdio.h>\n#include "a.h"\n'},
                     "common/a.c:1: its own header comes first")


class Sizes(Check):
    def test_what_is_small_is_accepted(self):
        self.accepts("sizes", {"common/a.c": "int f(int n)\n{\n" + lines(50) + "}\n"})

    def test_a_long_function_is_refused(self):
        self.refuses("sizes", {"common/a.c": "static int f(int n)\n{\n" + lines(101) + "}\n"},
                     "common/a.c:1: f has 101 lines")

    def test_a_function_with_a_broken_head_is_seen(self):
        head = "static struct thing *long_name(int a,\n                               int b)\n{\n"
        self.refuses("sizes", {"common/a.c": head + lines(101) + "}\n"}, "long_name has 101 lines")

    def test_a_function_that_gets_long_is_told(self):
        self.write({"common/a.c": "int f(int n)\n{\n" + lines(61) + "}\n"})
        done = self.run_check("sizes")
        self.assertEqual(done.returncode, 0)
        self.assertIn("f has 61 lines, better 60", done.stderr)

    def test_a_long_file_is_refused(self):
        self.refuses("sizes", {"common/a.c": "int a;\n" * 601}, "common/a.c:1: 601 lines")

    def test_a_long_line_is_refused(self):
        self.refuses("sizes", {"a/b.lua": "\n-- " + "x" * 98 + "\n"}, "a/b.lua:2: 101 columns")

    def test_a_row_of_a_table_may_be_long_and_nothing_after_it(self):
        table = "/* clang-format off */\nint a[] = {" + "1, " * 40 + "};\n/* clang-format on */\n"
        self.accepts("sizes", {"common/a.c": table})
        self.refuses("sizes", {"common/a.c": table + "/* " + "x" * 98 + " */\n"},
                     "common/a.c:4: 104 columns")

    def test_many_parameters_are_refused(self):
        head = "int f(int a, int b, int c, int d, int e, int g, int h)\n{\n}\n"
        self.refuses("sizes", {"common/a.c": head}, "f has 7 parameters")

    def test_a_length_and_an_argument_belong_to_the_parameter_before(self):
        head = ("int f(int a, int b, int c, int d, const char *e, size_t e_len,\n"
                "      qn_reply_fn *fn, void *arg)\n{\n}\n")
        self.accepts("sizes", {"common/a.c": head})


class Banned(Check):
    def test_what_only_looks_like_it_is_accepted(self):
        self.accepts("banned", {"worker/a.c": '/* strcpy(a, b) // */ char *s = "free(x)"; '
                                              "x->free(x); qn_free(x); snprintf(a, 1, s);\n"})

    def test_banned_functions_are_refused(self):
        for function in ("strcpy", "strcat", "sprintf", "gets", "atoi", "strtok", "system"):
            with self.subTest(function=function):
                self.refuses("banned", {"cli/a.c": f"\nint x = {function}(y);\n"},
                             f"cli/a.c:2: {function}: use")

    def test_the_heap_has_one_door(self):
        body = "void *p = malloc(1);\nvoid f(void *q) { free(q); }\n"
        self.refuses("banned", {"worker/a.c": body}, "a.c:1: malloc", "a.c:2: free")
        (self.root / "worker/a.c").unlink()
        self.accepts("banned", {"common/mem.c": body})

    def test_line_comments_tabs_and_marks_are_refused(self):
        self.refuses("banned", {"common/a.c": "int a; // why\n\tint b;\n/* TO" + "DO c */\n"},
                     "a.c:1: // comment", "a.c:2: tab", "a.c:3: TO" + "DO")


class Headers(Check):
    GUARDED = "#ifndef COMMON_A_H\n#define COMMON_A_H\n{}\n#endif\n"

    def test_a_header_that_stands_alone_is_accepted(self):
        self.accepts("headers", {"common/a.h": self.GUARDED.format("#include <stddef.h>\n"
                                                                   "size_t f(void);")})

    def test_a_header_that_needs_another_is_refused(self):
        self.refuses("headers", {"common/a.h": self.GUARDED.format("size_t f(void);")},
                     "common/a.h:1: does not compile alone")

    def test_a_guard_of_another_name_is_refused(self):
        self.refuses("headers", {"common/b.h": self.GUARDED.format("int f(void);")},
                     "common/b.h:1: no include guard COMMON_B_H")


class Settings(Check):
    TABLE = ('{.name = "port", .env = "QUERN_PORT", .aliases = {"PORT"}, .preset = "8000"},\n'
             '{.name = "host", .env = "QUERN_HOST"},\n')
    PAGE = "| `port` | `QUERN_PORT`, `PORT` | `8000` |\n| `host` | `QUERN_HOST` | |\n"

    def with_page(self, page, table=TABLE):
        return {"broker-client/settings.c": table, "docs/configuration.md": page}

    def test_a_page_that_agrees_is_accepted(self):
        self.accepts("settings", self.with_page(self.PAGE + "`QUERN_CONFIG` names the file.\n"))

    def test_a_setting_or_variable_that_is_missing_is_refused(self):
        self.refuses("settings", self.with_page("| `port` | `QUERN_PORT` | `8000` |\n"),
                     "setting host is missing", "variable QUERN_HOST of host is missing",
                     "variable PORT of port is missing")

    def test_a_setting_or_variable_that_is_none_is_refused(self):
        self.refuses("settings", self.with_page(self.PAGE + "| `prot` | `QUERN_PROT` | |\n"),
                     "there is no setting prot", "there is no variable QUERN_PROT")

    def test_another_default_is_refused(self):
        self.refuses("settings", self.with_page(self.PAGE.replace("8000", "80")),
                     "the row of port does not tell its default `8000`")

    def test_no_page_and_no_table_are_refused(self):
        self.refuses("settings", {"broker-client/settings.c": self.TABLE}, "there is no such page")
        self.refuses("settings", self.with_page(self.PAGE, table=""), "no row with .name found")


class Dependencies(Check):
    LIST = "# a comment\ncmake  core  describes the build\n"
    PAGE = "| `cmake` | {} | {} | {} |\n"

    def with_page(self, page):
        return {"scripts/packages": self.LIST, "docs/dependencies.md": page}

    def test_a_page_that_agrees_is_accepted(self):
        self.accepts("dependencies",
                     self.with_page(self.PAGE.format("any", "core", "describes the build")))

    def test_what_differs_is_refused(self):
        self.refuses("dependencies",
                     self.with_page(self.PAGE.format("any", "test", "describes the build")),
                     "cmake: group or purpose differ")

    def test_a_package_on_one_side_only_is_refused(self):
        self.refuses("dependencies", self.with_page("| `gmake` | any | core | x |\n"),
                     "cmake of scripts/packages is missing", "gmake is not in scripts/packages")

    @unittest.skipUnless(shutil.which("dpkg-query")
                         and 'VERSION_ID="12"' in pathlib.Path("/etc/os-release").read_text(),
                         "versions are compared on Debian 12 only")
    def test_another_version_than_the_installed_is_refused(self):
        self.refuses("dependencies",
                     self.with_page(self.PAGE.format("2.8", "core", "describes the build")),
                     "cmake: 2.8, but Debian 12 has 3.")


class Paths(Check):
    def test_paths_of_any_system_are_accepted(self):
        self.accepts("paths", {"a.md": "/var/lib/quern /tmp/x ./build/work/x $HOME/x\n"})

    def test_paths_and_hosts_of_a_machine_are_refused(self):
        for text in ("/work/somewhere", "/root/x", "/home/me/x", "deb.debian.org",
                     "registry.npmjs.org"):
            with self.subTest(text=text):
                self.refuses("paths", {"docs/a.md": f"\nsee {text}\n"}, "docs/a.md:2: ")

    def test_the_place_of_the_tree_is_refused(self):
        self.refuses("paths", {"a.json": f'{{"file": "{self.root}/x.c"}}\n'}, "a.json:1: ")


class Lua(Check):
    HEAD = ("#!lua flags=allow-oom\n-- a.lua - does it.\n--\n-- KEYS  meta\n-- ARGV  n\n"
            "-- Returns {}\n-- Twice The same.\n\nlocal n = ARGV[1]\n")

    def test_a_whole_header_is_accepted(self):
        self.accepts("lua", {"lua/a.lua": self.HEAD, "lua/lib.lua": "-- lib.lua - shared.\n",
                             "lua/b.lua": "#!lua flags=no-writes\n-- b.lua - reads.\n"
                                          "-- KEYS  a\n-- Returns b\n"})

    def test_each_part_is_asked_for(self):
        for part in ("KEYS", "ARGV", "Returns", "Twice"):
            with self.subTest(part=part):
                self.refuses("lua", {"lua/a.lua": self.HEAD.replace(f"-- {part}", "-- x")},
                             "lua/a.lua:1: its header does not tell KEYS, ARGV, Returns, Twice")

    def test_no_header_and_a_bad_first_line_are_refused(self):
        self.refuses("lua", {"lua/a.lua": "local x = 1\n", "lua/b.lua": "#!lua falgs=x\n"},
                     "lua/a.lua:1: its header does not begin", "lua/b.lua:1: not '#!lua'")


class Python(Check):
    def test_plain_python_is_accepted(self):
        self.accepts("python", {"tests/a.py": "import os\nimport b\n", "tests/b.py": "x = 1\n"})

    def test_what_does_not_compile_is_refused(self):
        self.refuses("python", {"tests/a.py": "x = 1\ndef f(:\n"}, "tests/a.py:2: ")

    def test_a_package_from_elsewhere_is_refused(self):
        self.refuses("python", {"tests/a.py": "import pytest\n"},
                     "tests/a.py:1: pytest is not in the standard library")


@unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed: ./dev setup check")
class Shell(Check):
    def test_a_fault_in_a_script_without_a_suffix_is_found(self):
        self.accepts("shell", {"scripts/x": "#!/bin/sh\necho \"$1\"\n"})
        self.refuses("shell", {"scripts/x": "#!/bin/sh\necho $1\n"}, "SC2086")


@unittest.skipUnless(shutil.which("clang-format"),
                     "clang-format is not installed: ./dev setup check")
class Format(Check):
    def test_another_layout_is_refused(self):
        shutil.copy(ROOT / ".clang-format", self.root)
        self.accepts("format", {"common/a.c": "int f(void)\n{\n    return 1;\n}\n"})
        self.refuses("format", {"common/a.c": "int f(void) {\n  return 1;\n}\n"}, "common/a.c:1")


@unittest.skipUnless(shutil.which("clang-tidy"), "clang-tidy is not installed: ./dev setup check")
class Tidy(Check):
    HEAD = "#include <stddef.h>\nint f(const int *p, int n);\nint f(const int *p, int n)\n{\n"

    def setUp(self):
        super().setUp()
        shutil.copy(ROOT / ".clang-tidy", self.root)
        self.write({"build/compile_commands.json":
                    f'[{{"directory": "{self.root}", "file": "{self.root}/common/a.c",\n'
                    f'"command": "cc -I{ROOT} -I{ROOT}/include -c common/a.c"}}]\n'})

    def test_a_fault_only_analysis_sees_is_refused(self):
        self.accepts("tidy", {"common/a.c": self.HEAD + "    return p == NULL ? n : *p;\n}\n"})
        self.refuses("tidy", {"common/a.c": self.HEAD + "    return p == NULL ? *p : n;\n}\n"},
                     "common/a.c:5:", "core.NullDereference")

    def test_deep_nesting_is_refused(self):
        deep = "if (n > 1) {\n" * 5 + "n = *p;\n" + "}\n" * 5 + "return n;\n}\n"
        self.refuses("tidy", {"common/a.c": self.HEAD + deep}, "nesting level")


class Docs(Check):
    PAGE = "# A page\n\n[other](docs/b.md#two-words) [here](#a-page) [web](https://a.b/c)\n"
    OTHER = "# b\n\n## Two words\n\n<!-- file: c.c -->\n```c\nint c;\n```\n"
    TREE = {"a.md": PAGE, "docs/b.md": OTHER, "c.c": "int c;\n"}

    def test_true_pages_are_accepted(self):
        self.accepts("docs", self.TREE)

    def test_a_link_to_nothing_is_refused(self):
        self.refuses("docs", {**self.TREE, "a.md": "# A\n\n[other](docs/x.md)\n"},
                     "a.md:3: leads to docs/x.md")

    def test_a_heading_that_is_not_there_is_refused(self):
        self.refuses("docs", {**self.TREE, "docs/b.md": self.OTHER.replace("Two", "Three")},
                     "a.md:3: leads to #two-words")

    def test_another_file_than_the_one_shown_is_refused(self):
        self.refuses("docs", {**self.TREE, "c.c": "int d;\n"}, "docs/b.md:5: shows another c.c")


class Guarantees(Check):
    NAMES = [f"test_{number:02}_it_holds" for number in range(1, 26)]
    TEST = "class It(Case):\n    def test_holds(self):\n        pass\n"
    ROW = "| {0} | pain | promise | limit | [`{1}`](../tests/guarantees/{1}.py) |\n"
    PAGE = "# A page\n\n" + "".join(map(ROW.format, range(1, 26), NAMES))

    @property
    def tree(self):
        return {"docs/guarantees.md": self.PAGE,
                **{f"tests/guarantees/{name}.py": self.TEST for name in self.NAMES}}

    def without(self, name):
        return {path: text for path, text in self.tree.items() if name not in path}

    def test_a_page_that_agrees_is_accepted(self):
        self.accepts("guarantees", self.tree)

    def test_a_promise_without_a_test_is_refused(self):
        self.refuses("guarantees", self.without(self.NAMES[6]),
                     "docs/guarantees.md:9: row 7 names tests/guarantees/test_07_it_holds.py, "
                     "which is not there")

    def test_a_test_without_a_promise_is_refused(self):
        self.refuses("guarantees", {**self.tree, "tests/guarantees/test_26_more.py": self.TEST},
                     "tests/guarantees/test_26_more.py:1: no row")

    def test_a_row_that_is_missing_twice_or_too_many_is_refused(self):
        row = self.ROW.format(7, self.NAMES[6])
        for page, fault in ((self.PAGE.replace(row, ""), "no row 7"),
                            (self.PAGE + row, "row 7 is there twice"),
                            (self.PAGE + self.ROW.format(26, "test_26_x"), "a row 26")):
            with self.subTest(fault=fault):
                self.refuses("guarantees", {**self.tree, "docs/guarantees.md": page}, fault)

    def test_a_row_that_says_nothing_or_names_another_test_is_refused(self):
        for before, after, fault in (
                ("| limit | [`test_03", "| | [`test_03", "row 3 has an empty cell"),
                ("| 3 | pain |", "| 3 |", "row 3 has 4 cells"),
                ("[`test_03_it_holds`]", "[`test_04_it_holds`]", "leads to test_03_it_holds"),
                ("[`test_03_it_holds`](../tests/guarantees/test_03_it", "[`test_04_it_holds`]"
                 "(../tests/guarantees/test_04_it", "which is not of its number"),
                ("[`test_03_it_holds`](../tests/guarantees/test_03_it_holds.py)", "none yet",
                 "row 3 names no test")):
            with self.subTest(fault=fault):
                self.assertIn(before, self.PAGE)
                page = self.PAGE.replace(before, after)
                self.refuses("guarantees", {**self.tree, "docs/guarantees.md": page}, fault)

    def test_a_test_that_holds_nothing_or_leaves_out_is_refused(self):
        name = f"tests/guarantees/{self.NAMES[0]}.py"
        self.refuses("guarantees", {**self.tree, name: "import case\n"}, f"{name}:1: holds no test")
        skipped = self.TEST.replace("pass", "self.skipTest('later')")
        self.refuses("guarantees", {**self.tree, name: skipped}, f"{name}:1: leaves a test out")

    def test_no_page_is_refused(self):
        self.refuses("guarantees", {}, "docs/guarantees.md:1: not there")


class Runner(unittest.TestCase):
    def test_all_checks_have_a_class_here(self):
        tested = {name.lower() for name, value in globals().items()
                  if isinstance(value, type) and issubclass(value, Check)}
        self.assertEqual({path.name.removeprefix("check-") for path in SCRIPTS.glob("check-*")},
                         tested - {"check"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
