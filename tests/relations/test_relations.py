"""What metadata.analyze finds in schemas whose relations are known, none of them declared.

Each case prints a table; a gate that does not hold prints what is wrong and what is missing too.
"""
import functools
import pathlib
import shutil
import tempfile
import unittest

import case
import schemas
import score
import servers

ACCEPT = 0.80

# variant: of the schemas, precision and recall of all their relations together at ACCEPT.
GATES = {
    "plain": {"train": (0.99, 0.99), "check": (0.98, 0.95), "blind": (0.97, 0.94)},
    "keyless": {"train": (0.99, 0.99), "check": (0.98, 0.93)},
    "declared": {"check": (0.98, 1.0)},
}
KEYLESS_F1 = 0.93

ORPHANS = "trade"

server = None


def setUpModule():
    global server
    folder = pathlib.Path(tempfile.mkdtemp(prefix="q"))
    folder.chmod(0o711)
    unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
    server = servers.start_postgres(folder / "postgres")
    unittest.addModuleCleanup(server.stop)


@functools.cache
def loaded(folder, name):
    return schemas.Schema(server, folder, name)


class Relations(case.Case):
    def found(self, schema, database, minimum=ACCEPT, translate=list):
        relations = schemas.analyse(server.database_url(database), self.folder / database)
        if database != schema.base:
            schema.drop(database)
        return schema.judge(translate(relations), minimum)

    def each(self, folder, variant, look):
        """All schemas of a folder in one variant: the sum of their scores."""
        print(f"\n{folder}, {variant}\n{score.HEADER}")
        total = score.Score()
        for name in schemas.names(folder):
            one = look(loaded(folder, name))
            print(one.line(name))
            total += one
        print(total.line(folder), flush=True)
        return total

    def gate(self, folder, variant, look):
        total = self.each(folder, variant, look)
        precision, recall = GATES[variant][folder]
        held = total.precision >= precision and total.recall >= recall
        self.assertTrue(held, "\n".join([f"wanted {precision} and {recall}", *total.details()]))
        return total

    def no_wrong_accepts(self, variant, look):
        for folder in ("train", "check"):
            with self.subTest(folder):
                total = self.each(folder, variant, look)
                self.assertEqual(list(map(score.show, total.wrong)), [])

    def test_all_relations_of_the_sample_are_found_and_no_other(self):
        schema = loaded(".", "sample")
        found = self.found(schema, schema.base)
        self.assertEqual(list(found.details()), [])

    def test_relations_of_the_schemas_it_was_fitted_with_are_found(self):
        self.gate("train", "plain", lambda schema: self.found(schema, schema.base))

    def test_relations_of_schemas_with_other_habits_are_found(self):
        self.gate("check", "plain", lambda schema: self.found(schema, schema.base))

    def test_relations_of_schemas_by_somebody_who_did_not_know_the_rules_are_found(self):
        self.gate("blind", "plain", lambda schema: self.found(schema, schema.base))

    def test_relations_are_found_where_no_key_is_declared(self):
        for folder in ("train", "check"):
            with self.subTest(folder):
                total = self.gate(folder, "keyless",
                                  lambda schema: self.found(schema, schema.keyless()))
                self.assertGreaterEqual(total.f1, KEYLESS_F1)

    def test_declared_foreign_keys_are_all_told_with_score_1(self):
        self.gate("check", "declared", lambda schema: self.found(schema, schema.declared(), 1.0))

    def test_without_names_nothing_wrong_is_accepted(self):
        self.no_wrong_accepts("names without meaning", lambda schema: self.found(
            schema, schema.obfuscated(), translate=schema.unmasked))

    def test_without_rows_nothing_wrong_is_accepted(self):
        self.no_wrong_accepts("empty", lambda schema: self.found(schema, schema.empty()))

    def test_parents_that_are_gone_make_no_relation_of_a_schema_wrong(self):
        schema = loaded("train", ORPHANS)
        found = self.found(schema, schema.orphans(5))
        print(f"\n5 % orphans\n{score.HEADER}\n{found.line(ORPHANS)}", flush=True)
        self.assertEqual(list(map(score.show, found.wrong)), [])


if __name__ == "__main__":
    case.main()
