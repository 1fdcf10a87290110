"""An installed Quern: everything is in the prefix, the prefix may be moved, and programs from
outside of this tree build and run against it."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import case
import servers

BUILD = servers.BIN.parent
HEADERS = servers.ROOT / "include" / "quern"
OUTSIDE = servers.ROOT / "tests" / "integration" / "outside"
PROGRAMS = ["quern", "quern-api", "quern-beat", "quern-worker"]
DECLARED = re.compile(r"^[A-Za-z][^;={}()#]*?\b(qn_[a-z0-9_]+)\(", re.M)
SANITIZED = "-fsanitize" in (BUILD / "CMakeCache.txt").read_text()


def declared(header):
    """The functions that a public header declares; callback types are none."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
    return {match[1] for match in DECLARED.finditer(text) if not match[0].startswith("typedef")}


def files(root):
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}


class Installed(case.Case):
    @classmethod
    def setUpClass(cls):
        cls.made = pathlib.Path(tempfile.mkdtemp(prefix="qi"))
        cls.made.chmod(0o711)
        first = cls.made / "first"
        cls.sh_done("cmake", "--install", BUILD, "--prefix", first)
        cls.prefix = cls.made / "moved"
        first.rename(cls.prefix)
        cls.lib = next(cls.prefix.rglob("libquern.so")).parent

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.made)

    @staticmethod
    def sh_done(*words, env=None, cwd="/"):
        done = subprocess.run([str(word) for word in words], text=True, capture_output=True,
                              env=env, cwd=cwd, timeout=240)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def setUp(self):
        self.env = {key: value for key, value in os.environ.items()
                    if not key.startswith(("QUERN_", "LD_"))}
        self.env |= {"PATH": f"{self.prefix}/bin:{os.environ['PATH']}",
                     "LD_LIBRARY_PATH": str(self.lib),
                     "PKG_CONFIG_LIBDIR": str(self.lib / "pkgconfig"),
                     "CMAKE_PREFIX_PATH": str(self.prefix), "QUERN_CONFIG": "/dev/null"}

    def sh(self, *words, **env):
        return self.sh_done(*words, env={**self.env, **env}, cwd=self.folder)


class Prefix(Installed):
    def test_each_program_runs_and_says_its_version(self):
        version = re.search(r'QN_VERSION +"(.*)"', (HEADERS / "version.h").read_text())[1]
        self.assertEqual(sorted(p.name for p in (self.prefix / "bin").iterdir()), PROGRAMS)
        for program in PROGRAMS:
            self.assertEqual(self.sh(program, "--version"), f"{program} {version}\n")
        self.assertEqual(self.sh("pkg-config", "--modversion", "quern"), f"{version}\n")

    def test_man_finds_a_page_for_each_command(self):
        made = {path.name for path in (BUILD / "share").glob("man/man?/*")}
        pages = {path.name for path in self.prefix.glob("share/man/man?/*")}
        self.assertEqual(pages, made)
        self.assertIn("quern-job-show.1", pages)
        if shutil.which("man"):
            found = self.sh("man", "-M", self.prefix / "share" / "man", "-w", "quern-job-show")
            self.assertEqual(found.strip(), f"{self.prefix}/share/man/man1/quern-job-show.1")

    def test_completions_units_and_headers_are_where_they_are_looked_for(self):
        share = {name for name in files(self.prefix) if name.startswith("share/")}
        for name in ("bash-completion/completions/quern", "zsh/site-functions/_quern",
                     "fish/vendor_completions.d/quern.fish", "quern/sample/shop.sql",
                     "quern/systemd/quern-worker.service"):
            self.assertIn(f"share/{name}", share)
        self.assertEqual(files(self.prefix / "include" / "quern"),
                         {path.name for path in HEADERS.glob("*.h")})

    def test_destdir_gets_the_same_files(self):
        self.sh("cmake", "--install", BUILD, "--prefix", "/opt/quern", DESTDIR=str(self.folder))
        self.assertEqual(files(self.folder / "opt" / "quern"), files(self.prefix))

    def test_no_path_of_the_build_is_needed(self):
        for program in [*(self.prefix / "bin").iterdir(), self.lib / "libquern.so"]:
            dynamic = self.sh("readelf", "-d", program)
            self.assertNotRegex(dynamic, "RPATH|RUNPATH", program)
            self.assertNotIn("not found", self.sh("ldd", program), program)
            self.assertNotIn(str(BUILD), self.sh("ldd", program), program)
        for name in files(self.prefix):
            if not name.startswith("bin/") and ".so" not in name:
                text = (self.prefix / name).read_text()
                for path in (BUILD, servers.ROOT, self.made / "first"):
                    self.assertNotIn(f"{path}/", text, name)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_systemd_takes_the_units(self):
        for unit in (self.prefix / "share" / "quern" / "systemd").glob("*.service"):
            text = unit.read_text().replace("ExecStart=", f"ExecStart={self.prefix}/bin/")
            (self.folder / unit.name).write_text(text)
        units = sorted(self.folder.glob("*.service"))
        self.assertEqual([unit.stem for unit in units], PROGRAMS[1:])
        done = subprocess.run(["systemd-analyze", "verify", *units], text=True,
                              capture_output=True,
                              env={**self.env, "MANPATH": f"{self.prefix}/share/man"})
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


class Library(Installed):
    def test_it_exports_what_the_headers_declare_and_nothing_else(self):
        lines = self.sh("nm", "-D", "--defined-only", self.lib / "libquern.so").splitlines()
        exported = {line.split()[-1] for line in lines}
        promised = set().union(*map(declared, HEADERS.glob("*.h")))
        self.assertGreater(len(promised), 40)
        self.assertEqual(exported, promised)

    def test_its_soname_is_the_abi(self):
        abi = re.search(r"QN_ABI_VERSION +(\d+)", (HEADERS / "version.h").read_text())[1]
        self.assertIn(f"[libquern.so.{abi}]", self.sh("readelf", "-d", self.lib / "libquern.so"))


class Outside(Installed):
    def setUp(self):
        super().setUp()
        if SANITIZED:
            self.skipTest("a sanitizer's library cannot be linked by programs without it")
        self.server = self.redis()
        self.env |= {"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": "t",
                     "QUERN_ARTIFACT_DIR": str(self.folder)}

    def start(self, *words):
        process = servers.Process(words, self.folder / "worker.log", env=self.env)
        self.addCleanup(process.stop)
        return process

    def wait_for_task(self, name):
        def is_there():
            tasks = json.loads(self.sh("quern", "task", "list", "--json"))["tasks"]
            return name in [task["name"] for task in tasks]
        self.wait_until(is_there, 10, f"task {name}")

    def build(self):
        self.sh("cmake", "-S", OUTSIDE, "-B", "built", "-DCMAKE_BUILD_TYPE=Release")
        self.sh("cmake", "--build", "built")
        return self.folder / "built"

    def client(self):
        """By pkg-config, which here knows of no other library than ours."""
        flags = self.sh("pkg-config", "--cflags", "--libs", "quern").split()
        self.sh("cc", "-Wall", "-Werror", OUTSIDE / "client.c", "-o", "client", *flags)
        return self.folder / "client"

    def test_a_client_a_worker_and_a_plugin_of_ones_own(self):
        built = self.build()
        worker = self.start(self.prefix / "bin" / "quern-worker", "--task-path",
                            built / "outside.so")
        self.wait_for_task("outside.echo")
        self.assertEqual(self.sh(self.client(), "outside.echo", '{"a":1}'), 'succeeded {"a":1}\n')
        worker.stop()

        own = built / "own-worker"
        self.assertEqual(self.sh(own, "run", "outside.add", "a=1", "b=2"), '{"sum":3}\n')
        self.start(own)
        self.wait_for_task("outside.add")
        self.assertEqual(self.sh("quern", "enqueue", "outside.add", "a=4", "b=5", "--wait"),
                         '{"sum":9}\n')

    def test_a_worker_of_ones_own_loads_plugins(self):
        built = self.build()
        listed = self.sh(built / "own-worker", "--task-path", built / "outside.so", "tasks")
        self.assertIn("outside.echo", listed)
        self.assertIn("outside.add", listed)

    def test_a_plugin_links_nothing_of_quern(self):
        dynamic = self.sh("readelf", "-d", self.build() / "outside.so")
        self.assertNotIn("libquern", dynamic)
        exported = self.sh("nm", "-D", "--defined-only", self.folder / "built" / "outside.so")
        self.assertEqual([line.split()[-1] for line in exported.splitlines()], ["quern_plugin"])

    def test_another_series_is_not_taken_for_this_one(self):
        (self.folder / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.18)\nproject(x LANGUAGES NONE)\n"
            "find_package(quern 99.0 REQUIRED)\n")
        with self.assertRaisesRegex(AssertionError, r"quernConfig.cmake, version: \d"):
            self.sh("cmake", "-S", ".", "-B", "built")


class Demo(Installed):
    def test_dev_finds_its_sample_in_the_prefix(self):
        shown = self.sh("quern", "dev", "--once", "--demo", "--data", self.folder / "data",
                        LC_ALL="C.UTF-8", NO_COLOR="1")
        self.assertIn("scale 1, loaded", shown)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["data"])


if __name__ == "__main__":
    case.main()
