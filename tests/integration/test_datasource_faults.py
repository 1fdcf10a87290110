"""quern datasource: what fails, or is killed, leaves nothing or what another call mends."""
import case
from datasource_case import LONG, DatasourceCase


KILLS = 12


class Failures(DatasourceCase):
    def test_a_role_that_may_not_log_in_leaves_nothing(self):
        hba = self.server.data / "pg_hba.conf"
        hba.write_text("local all quern_shop reject\n" + hba.read_text())
        self.server.psql("SELECT pg_reload_conf()")
        self.wait_until(lambda: "reject" in self.server.psql(
            "SELECT string_agg(auth_method, ' ') FROM pg_hba_file_rules"), LONG, "the rules")
        self.fails(1, "nothing was kept", "add", "shop", url=self.admin)
        self.nothing_is_left()

    def test_a_row_that_cannot_be_written_leaves_nothing(self):
        self.server.psql("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
                         " $$BEGIN RAISE 'not today'; END$$;"
                         "CREATE CONSTRAINT TRIGGER no AFTER INSERT ON quern.datasources"
                         " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no()",
                         "home")
        self.fails(1, "not today", "add", "shop", url=self.admin)
        self.nothing_is_left()

    def test_a_grant_that_fails_leaves_nothing(self):
        self.server.psql("CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS"
                         " $$BEGIN RAISE 'no grants'; END$$;"
                         "CREATE EVENT TRIGGER no ON ddl_command_start WHEN TAG IN ('GRANT')"
                         " EXECUTE FUNCTION no()", "shop")
        self.fails(1, "no grants", "add", "shop", url=self.admin)
        self.nothing_is_left()

    def test_a_replacement_that_fails_leaves_the_rights_as_they_were(self):
        self.add("--hide", "users.phone")
        self.server.psql("CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS"
                         " $$BEGIN RAISE 'no grants'; END$$;"
                         "CREATE EVENT TRIGGER no ON ddl_command_start WHEN TAG IN ('GRANT')"
                         " EXECUTE FUNCTION no()", "shop")
        self.fails(1, "no grants", "add", "shop", "--replace", "--hide", "name", url=self.admin)
        self.assertEqual(self.json("show", "shop")["hide"], ["users.phone"])
        self.assertEqual(self.as_role("SELECT name FROM users"), ("", "Ann"))
        self.assertEqual(self.as_role("SELECT phone FROM users")[0], "42501")

    def test_two_at_once_for_one_name_make_one(self):
        calls = [self.program("quern", "datasource", "add", "shop", label=f"a{i}",
                              env={**self.env, "QUERN_DATASOURCE_URL": self.admin})
                 for i in range(4)]
        codes = sorted(call.wait(LONG) for call in calls)
        self.assertEqual(codes, [0, 4, 4, 4])
        self.assertEqual(self.as_role("SELECT name FROM users"), ("", "Ann"))

    def statements(self):
        """How many of quern datasource's the server has begun."""
        return self.server.process.log().count("quern datasource")

    def add_until(self, n, label):
        """Begins to add it, and kills it behind so many more statements."""
        before = self.statements()
        call = self.program("quern", "datasource", "add", "shop", label=label,
                            env={**self.env, "QUERN_DATASOURCE_URL": self.admin})
        while call.running and self.statements() < before + n:
            pass
        call.kill9()
        self.wait_until(lambda: self.server.psql(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'quern datasource'"
        ) == "0", LONG, "its connections to end")

    def test_killed_at_any_moment_it_is_added_by_another_call_or_cleared_away(self):
        self.server.psql("ALTER SYSTEM SET log_line_prefix = '%a '; SELECT pg_reload_conf()")
        before = self.statements()
        self.add()
        whole = self.statements() - before
        self.assertGreater(whole, KILLS)
        self.json("remove", "shop", url=self.admin)
        for i in range(KILLS):
            self.add_until(whole * i // KILLS, f"k{i}")
            state = (self.names(), self.roles())
            self.assertIn(state, [([], []), ([], ["quern_shop"]), (["shop"], ["quern_shop"])])
            if i % 2 == 0:
                self.add("--replace")
                self.assertEqual(set(self.check().values()), {"ok"})
            if self.roles():
                self.json("remove", "shop", url=self.admin)
            self.nothing_is_left()


if __name__ == "__main__":
    case.main()
