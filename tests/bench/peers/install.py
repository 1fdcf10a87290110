"""install.py - the peers' packages in a folder of their own.

Debian's packages are downloaded and unpacked below the folder, with what they depend on
and this system lacks; nothing is installed into the system, no service starts. BullMQ
comes from npm, as package.json says.
"""
import os
import pathlib
import re
import shutil
import subprocess

import peer

APT = ["apt-get", "-q", "-y", "--no-install-recommends", "-o", "APT::Sandbox::User=root",
       "-o", "Debug::NoLocking=1"]


class Place:
    """The folder, and how programs find what is in it."""

    def __init__(self, folder, say):
        """say: is told what is being done, a line each."""
        self.folder = pathlib.Path(folder).resolve()
        self.root = self.folder / "root"
        self.node = self.folder / "node"
        self.say = say
        self._environment = None

    # Installing.

    def install(self, packages, modules=False):
        """Gets what is missing; raises Failure with the reason when it cannot."""
        missing = [name for name in packages if not self.has(name)]
        if missing:
            self.say(f"unpacking {' '.join(missing)} below {self.folder}")
            self.unpack(missing)
        if modules and not self.has_modules():
            self.install_modules()
        self._environment = None

    def has(self, package):
        return (self.folder / "have" / package).exists() or bool(self.in_system(package))

    def has_modules(self):
        """Those that package.json names now."""
        done = self.node / "done.json"
        return done.exists() and done.read_text() == (peer.HERE / "package.json").read_text()

    @staticmethod
    def in_system(package):
        """Its version when it is installed in the system."""
        if not shutil.which("dpkg-query"):
            return ""
        out = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}",
                              package], text=True, capture_output=True).stdout.split()
        return out[1] if out[:1] == ["installed"] else ""

    def unpack(self, packages):
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            raise peer.Failure("needs Debian's packages, and there is no apt-get here")
        for package in packages:
            self.unpack_one(package)

    def unpack_one(self, package):
        archives = self.folder / "archives"
        (archives / "partial").mkdir(parents=True, exist_ok=True)
        fetch = [*APT, "-o", f"Dir::Cache::archives={archives}", "--download-only", "install",
                 package]
        log = self.folder / "install.log"
        if not logged(fetch, log):
            self.say("apt-get update")
            logged(["apt-get", "-q", "update"], log)
            if not logged(fetch, log):
                raise peer.Failure(f"apt-get cannot get {package}; {log} has all it said")
        for archive in sorted(archives.glob("*.deb")):
            if not logged(["dpkg-deb", "-x", archive, self.root], log):
                raise peer.Failure(f"{archive.name} cannot be unpacked; see {log}")
        own = [archive.name.split("_")[1].replace("%3a", ":")
               for archive in archives.glob(f"{package}_*.deb")]
        (self.folder / "have").mkdir(exist_ok=True)
        (self.folder / "have" / package).write_text(own[0] if own else "")
        shutil.rmtree(archives)

    def install_modules(self):
        if not shutil.which("npm"):
            raise peer.Failure("needs Node.js and npm, which are not here")
        self.say(f"npm install below {self.node}")
        self.node.mkdir(parents=True, exist_ok=True)
        shutil.copy(peer.HERE / "package.json", self.node)
        log = self.folder / "install.log"
        if not logged(["npm", "install", "--prefix", self.node, "--ignore-scripts",
                       "--no-audit", "--no-fund", "--no-package-lock"], log):
            raise peer.Failure(f"npm failed; {log} has all it said")
        shutil.copy(peer.HERE / "package.json", self.node / "done.json")

    def compile(self, name, *words):
        """The program made of name.c and jobs.c; words: more for the compiler."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        if not compiler:
            raise peer.Failure("needs a C compiler, and there is none here")
        made = self.folder / "bin" / name
        made.parent.mkdir(parents=True, exist_ok=True)
        log = self.folder / "install.log"
        if not logged([compiler, "-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra",
                       "-Werror", "-I", self.root / "usr/include", "-o", made,
                       peer.HERE / f"{name}.c", peer.HERE / "jobs.c", *words], log):
            raise peer.Failure(f"{name}.c does not compile; see {log}")
        return made

    # Finding.

    def version(self, package):
        """The package's name and upstream version."""
        have = self.folder / "have" / package
        version = have.read_text() if have.exists() else self.in_system(package)
        return f"{package} {re.sub(r'^[0-9]+:|[+~-].*$', '', version)}"

    def find(self, *patterns):
        """The first path that matches, below the folder or in the system."""
        for pattern in patterns:
            for base in (self.root, pathlib.Path("/")):
                found = sorted(base.glob(pattern))
                if found:
                    return found[-1]
        raise peer.Failure(f"no {patterns[0]}, neither in {self.root} nor in the system")

    def output(self, argv):
        """What a command prints, without the last line's end; "" when it fails."""
        return subprocess.run([str(word) for word in argv], env=self.environment(), text=True,
                              capture_output=True, stdin=subprocess.DEVNULL).stdout.rstrip()

    def environment(self):
        if self._environment is None:
            self._environment = {**os.environ, **self._paths()}
        return self._environment

    def _paths(self):
        root, ruby = self.root, "usr/lib/ruby"
        libraries = [path for path in root.glob("usr/lib/*-linux-*") if path.is_dir()]
        gems = [path for path in root.glob("usr/share/rubygems-integration/*")]
        ruby_folders = [root / ruby / "vendor_ruby", *root.glob(f"{ruby}/[0-9]*"),
                        *root.glob("usr/lib/*/ruby/[0-9]*"),
                        *root.glob("usr/lib/*/ruby/vendor_ruby/[0-9]*")]
        paths = {
            "PATH": [root / "usr/bin", root / "usr/sbin", os.environ.get("PATH", "")],
            "LD_LIBRARY_PATH": libraries,
            "PYTHONPATH": [peer.HERE, root / "usr/lib/python3/dist-packages"],
            "RUBYLIB": ruby_folders,
            "NODE_PATH": [self.node / "node_modules"],
        }
        if gems:
            paths["GEM_PATH"] = gems
        return {name: ":".join(map(str, value)) for name, value in paths.items()}


def logged(argv, log):
    """Runs a command, its words to the end of a file; whether it went well."""
    with open(log, "ab") as out:
        done = subprocess.run([str(word) for word in argv], stdout=out, stderr=out,
                              stdin=subprocess.DEVNULL,
                              env={**os.environ, "LC_ALL": "C",
                                   "DEBIAN_FRONTEND": "noninteractive"})
    return done.returncode == 0
