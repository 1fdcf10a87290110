"""schemas.py - the schemas of this folder, variants of them, and what an analysis finds there."""
import json
import pathlib
import random

import score
import servers

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 120

# Only the data says then what is unique.
DROP_KEYS = """
DO $$ DECLARE k record; BEGIN
  FOR k IN SELECT conrelid::regclass AS t, conname FROM pg_constraint c
           JOIN pg_namespace n ON n.oid = connamespace AND nspname = 'public'
           WHERE contype IN ('p', 'u') LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', k.t, k.conname);
  END LOOP;
  FOR k IN SELECT indexrelid::regclass AS i FROM pg_index JOIN pg_class c ON c.oid = indrelid
           JOIN pg_namespace n ON n.oid = relnamespace AND nspname = 'public'
           WHERE indisunique LOOP
    EXECUTE format('DROP INDEX %s', k.i);
  END LOOP;
END $$;
ANALYZE;
"""

EMPTY = """
SELECT format('TRUNCATE %I', relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \\gexec
ANALYZE;
"""

COLUMNS = """
SELECT json_agg(json_build_array(relname, attname, format_type(atttypid, atttypmod))
                ORDER BY relname, attnum)
FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
"""


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def names(folder):
    return sorted(path.stem for path in (HERE / folder).glob("*.sql"))


class Schema:
    """One schema on a server, loaded once; its variants are copies.

    folder: "train", "check", "." for the sample. A variant is a database; names of what is
    found there are as in the truth, whatever the variant calls them.
    """

    def __init__(self, postgres, folder, name):
        self.postgres, self.name = postgres, name
        base = HERE / folder / name
        self.truth = list(score.read(f"{base}.fks.tsv"))
        self.ignored = score.read_ignored(f"{base}.fks.tsv")
        self.base = f"base_{name}"
        postgres.psql(f"CREATE DATABASE {self.base}")
        postgres.psql(pathlib.Path(f"{base}.sql").read_text(encoding="utf-8"), self.base)
        self.columns = json.loads(postgres.psql(COLUMNS, self.base))

    def variant(self, kind, sql):
        database = f"{kind}_{self.name}"
        self.postgres.psql(f"CREATE DATABASE {database} TEMPLATE {self.base}")
        self.postgres.psql(sql, database)
        return database

    def drop(self, database):
        self.postgres.psql(f"DROP DATABASE {database}")

    def plain(self):
        return self.base

    def keyless(self):
        return self.variant("keyless", DROP_KEYS)

    def empty(self):
        return self.variant("empty", EMPTY)

    def real(self, one):
        """A relation with names as stored: child, parent, [(child column, parent column)]."""
        tables = {table.lower(): table for table, _, _ in self.columns}
        stored = {(t.lower(), c.lower()): c for t, c, _ in self.columns}
        child, parent, pairs = one
        return tables[child], tables[parent], [
            (stored[child, mine], stored[parent, theirs]) for mine, theirs in sorted(pairs)]

    def declared(self):
        """All relations are foreign keys; parents that have no key get one."""
        sql = []
        for number, one in enumerate(self.truth):
            child, parent, pairs = self.real(one)
            theirs = ", ".join(quoted(pair[1]) for pair in pairs)
            mine = ", ".join(quoted(pair[0]) for pair in pairs)
            sql += [f"CREATE UNIQUE INDEX key_{number} ON {quoted(parent)} ({theirs});",
                    f"ALTER TABLE {quoted(child)} ADD FOREIGN KEY ({mine}) "
                    f"REFERENCES {quoted(parent)} ({theirs}) NOT VALID;"]
        return self.variant("declared", "\n".join(sql))

    def orphans(self, percent):
        """So many of a hundred rows of each larger table are gone; what refers to them is not."""
        sql = []
        for table in sorted({table for table, _, _ in self.columns}):
            sql.append(f"DELETE FROM {quoted(table)} WHERE (hashtext(ctid::text) & 1023) < "
                       f"{percent * 1024 // 100} AND (SELECT count(*) FROM {quoted(table)}) > 40;")
        return self.variant(f"orphans_{percent}", "\n".join(sql) + "ANALYZE;")

    def obfuscated(self):
        """Tables are t1, t2, ..., columns c1, c2, ... of a table, in no order that tells."""
        shuffle = random.Random(self.name).shuffle
        tables = sorted({table for table, _, _ in self.columns})
        shuffle(tables)
        self.masks, sql = {}, []
        for number, table in enumerate(tables, 1):
            columns = [column for of, column, _ in self.columns if of == table]
            shuffle(columns)
            for place, column in enumerate(columns, 1):
                self.masks[f"t{number}", f"c{place}"] = (table, column)
                sql.append(f"ALTER TABLE {quoted(table)} RENAME {quoted(column)} TO c{place};")
            sql.append(f"ALTER TABLE {quoted(table)} RENAME TO t{number};")
        return self.variant("masked", "\n".join(sql))

    def unmasked(self, relations):
        for one in relations:
            child = [self.masks[one["child_table"], column] for column in one["child_columns"]]
            parent = [self.masks[one["parent_table"], column] for column in one["parent_columns"]]
            yield {"child_table": child[0][0], "child_columns": [pair[1] for pair in child],
                   "parent_table": parent[0][0], "parent_columns": [pair[1] for pair in parent],
                   "score": one["score"]}

    def judge(self, relations, minimum):
        found = [score.relation(one["child_table"], one["child_columns"],
                                one["parent_table"], one["parent_columns"])
                 for one in relations if one["score"] >= minimum]
        return score.Score(self.truth, found, self.ignored)


def analyse(url, folder):
    """The relations an analysis finds."""
    done = servers.run("quern-worker", "run", "metadata.analyze", f"database={url}",
                       "--artifacts", folder, seconds=SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"metadata.analyze of {url}: {done.stdout[-2000:]}\n{done.stderr}")
    return json.loads(done.stdout)["relations"]
