"""models.py - semantic models as a worker publishes them in files (docs/protocol.md)."""
import hashlib
import json
import os
import pathlib

SUFFIXES = ("json", "yaml", "md", "mmd", "html")


def write(path, data):
    """Beside its place, then renamed: who reads sees the old file or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(data)
    beside.rename(path)


class Published:
    """One datasource's models below an artifact directory."""

    def __init__(self, artifacts, name, suffixes=SUFFIXES, note=""):
        """note: what the index holds beside the rest."""
        self.name, self.suffixes, self.note = name, suffixes, note
        self.folder = pathlib.Path(artifacts) / "models" / name
        self.folder.mkdir(parents=True)
        self.versions = []  # the newest first

    def add(self, model=None, approved=False, keep=None, **files):
        """The next version: model is its JSON, files are other forms as bytes. keep: so many
        versions stay. Its number."""
        number = self.versions[0]["version"] + 1 if self.versions else 1
        text = json.dumps({"format": "quern-model/1", "datasource": self.name, "version": number,
                           "tables": [], **(model or {})}).encode()
        for suffix in self.suffixes:
            data = files.get(suffix, b"%s of %d" % (suffix.encode(), number))
            write(self.folder / f"{number}.{suffix}", text if suffix == "json" else data)
        self.versions.insert(0, {
            "version": number, "hash": hashlib.sha256(text).hexdigest(),
            "state": "approved" if approved else "draft", "made_at": "2026-11-21T10:00:00Z",
            "made_by": "metadata.analyze", "approved_at": None, "approved_by": None,
            "tables": len((model or {}).get("tables", [])), "relations": 0})
        gone = self.versions[keep:] if keep else []
        self.versions = self.versions[:keep]
        self.write_index()
        for one in gone:
            for suffix in self.suffixes:
                (self.folder / f"{one['version']}.{suffix}").unlink()
        return number

    def approved(self):
        return next((one["version"] for one in self.versions if one["state"] == "approved"), None)

    def write_index(self):
        newest = self.versions[0]["version"]
        write(self.folder / "index.json", json.dumps({
            "datasource": self.name, "current": self.approved() or newest, "newest": newest,
            "approved": self.approved(), "note": self.note, "versions": self.versions}).encode())

    def hash_of(self, number):
        return next(one["hash"] for one in self.versions if one["version"] == number)
