#include "common/config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/torture.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct qn_setting table[] = {
    {.name = "broker-url",
     .env = "QUERN_BROKER_URL",
     .aliases = {"REDIS_URL"},
     .preset = "redis://localhost",
     .secret = true,
     .programs = 3},
    {.name = "key",
     .env = "QUERN_KEY",
     .aliases = {"FIRST_KEY", "SECOND_KEY"},
     .secret = true,
     .programs = 1},
    {.name = "port",
     .env = "QUERN_PORT",
     .aliases = {"PORT"},
     .type = QN_SET_INTEGER,
     .preset = "8000",
     .max = 65535,
     .programs = 1},
    {.name = "offset", .env = "QUERN_OFFSET", .type = QN_SET_INTEGER, .programs = 1},
    {.name = "lease",
     .env = "QUERN_LEASE",
     .type = QN_SET_DURATION,
     .preset = "15s",
     .min = 200,
     .max = 3600000,
     .programs = 2},
    {.name = "max-body",
     .env = "QUERN_MAX_BODY",
     .type = QN_SET_BYTES,
     .preset = "1MiB",
     .min = 1024,
     .max = 16777216,
     .programs = 1},
    {.name = "insecure",
     .env = "QUERN_INSECURE",
     .type = QN_SET_BOOLEAN,
     .preset = "false",
     .programs = 1},
    {.name = "text", .env = "QUERN_TEXT", .programs = 1},
};

enum { BROKER_URL, KEY, PORT, OFFSET, LEASE, MAX_BODY, INSECURE, TEXT };

static struct qn_config create(void)
{
    struct qn_config config;

    assert_int_equal(qn_config_create(&config, table, COUNT(table), NULL), QN_OK);
    return config;
}

/* Reads a file with this content, called settings.conf. */
static int read_bytes(struct qn_config *config, const char *content, size_t len, struct qn_err *err)
{
    FILE *stream = fopen("settings.conf", "we");
    int rc;

    assert_non_null(stream);
    assert_int_equal(fwrite(content, 1, len, stream), len);
    assert_int_equal(fclose(stream), 0);
    rc = qn_config_read_file(config, "settings.conf", true, err);
    unlink("settings.conf");
    return rc;
}

static int read_text(struct qn_config *config, const char *content, struct qn_err *err)
{
    return read_bytes(config, content, strlen(content), err);
}

static int read_args(struct qn_config *config, const char *const *words, int *ret_used,
                     struct qn_err *err)
{
    char *argv[16] = {NULL};
    int argc = 0, rc;

    for (; words[argc] != NULL; argc++) {
        argv[argc] = strdup(words[argc]);
    }
    rc = qn_config_read_args(config, 1, argc, argv, ret_used, err);
    while (argc > 0) {
        free(argv[--argc]);
    }
    return rc;
}

static int read_env(struct qn_config *config, const char *const *entries, struct qn_err *err)
{
    char *env[16] = {NULL};
    int rc;

    for (int i = 0; entries[i] != NULL; i++) {
        env[i] = strdup(entries[i]);
    }
    rc = qn_config_read_env(config, env, err);
    for (int i = 0; env[i] != NULL; i++) {
        free(env[i]);
    }
    return rc;
}

static void presets_come_first(void **state)
{
    struct qn_config config = create();

    (void)state;
    assert_string_equal(qn_config_text(&config, "broker-url"), "redis://localhost");
    assert_string_equal(qn_config_text(&config, "text"), "");
    assert_int_equal(qn_config_number(&config, "port"), 8000);
    assert_int_equal(qn_config_number(&config, "lease"), 15000);
    assert_int_equal(qn_config_number(&config, "max-body"), 1048576);
    assert_int_equal(qn_config_number(&config, "offset"), 0);
    assert_false(qn_config_flag(&config, "insecure"));
    assert_int_equal(qn_config_value(&config, "port")->origin, QN_FROM_PRESET);
    assert_string_equal(qn_config_value(&config, "port")->source, "preset");
    qn_config_release(&config);
}

static void a_bad_preset_is_told(void **state)
{
    static const struct qn_setting bad = {
        .name = "x", .env = "X", .type = QN_SET_INTEGER, .preset = "5", .max = 4};
    struct qn_config config;
    struct qn_err err;

    (void)state;
    assert_int_equal(qn_config_create(&config, &bad, 1, &err), QN_EINVAL);
    assert_string_equal(err.msg, "preset: x is 5, allowed are 0 to 4");
}

static void arguments_beat_the_environment_beats_the_file(void **state)
{
    static const char *const args[] = {"--port=3", NULL};
    static const char *const env[] = {"QUERN_PORT=2", "QUERN_LEASE=2s", NULL};
    static const char file[] = "port = 1\nlease = 1s\nmax-body = 2KiB\n";

    (void)state;
    for (int order = 0; order < 2; order++) {
        struct qn_config config = create();
        int used;

        if (order == 1) { /* whichever was read first */
            assert_int_equal(read_args(&config, args, &used, NULL), QN_OK);
            assert_int_equal(read_env(&config, env, NULL), QN_OK);
        }
        assert_int_equal(read_text(&config, file, NULL), QN_OK);
        if (order == 0) {
            assert_int_equal(read_env(&config, env, NULL), QN_OK);
            assert_int_equal(read_args(&config, args, &used, NULL), QN_OK);
        }
        assert_int_equal(qn_config_number(&config, "port"), 3);
        assert_int_equal(qn_config_number(&config, "lease"), 2000);
        assert_int_equal(qn_config_number(&config, "max-body"), 2048);
        assert_int_equal(qn_config_value(&config, "port")->origin, QN_FROM_ARGS);
        assert_string_equal(qn_config_value(&config, "port")->source, "--port");
        assert_string_equal(qn_config_value(&config, "lease")->source, "QUERN_LEASE");
        assert_string_equal(qn_config_value(&config, "max-body")->source, "settings.conf:3");
        qn_config_release(&config);
    }
}

static void files_have_the_quoting_of_dotenv(void **state)
{
    static const struct {
        const char *line;
        const char *value;
    } lines[] = {
        {"text = plain words ", "plain words"},
        {"text=", ""},
        {"QUERN_TEXT=env", "env"},
        {"export QUERN_TEXT=exported", "exported"},
        {"  text\t=\tblanks\t", "blanks"},
        {"text = a#b", "a#b"},
        {"text = a # comment", "a"},
        {"text = # comment", ""},
        {"text = 'single $HOME \\n # kept '", "single $HOME \\n # kept "},
        {"text = \"a\\n\\t\\\"\\\\\\$b\" # comment", "a\n\t\"\\$b"},
        {"text = ''", ""},
        {"text = it's", "it's"},
        {"text = $HOME `id` $(id)", "$HOME `id` $(id)"},
        {"text = a=b", "a=b"},
        {"text = \xc3\xa9", "\xc3\xa9"},
        {"\xef\xbb\xbftext = after a mark", "after a mark"},
        {"# comment\n\n  # another\ntext = 4\r\n\r\n", "4"},
        {"text = crlf\r", "crlf"},
        {"text = 'crlf'\r\n", "crlf"},
        {"text = first\ntext = last", "last"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct qn_config config = create();
        struct qn_err err = {.msg = ""};

        assert_int_equal(read_text(&config, lines[i].line, &err), QN_OK);
        assert_string_equal(qn_config_text(&config, "text"), lines[i].value);
        qn_config_release(&config);
    }
}

static void what_is_wrong_in_a_file_is_named_with_its_line(void **state)
{
    static const char *const bad[][2] = {
        {"\nprot = 1", "settings.conf:2: unknown setting \"prot\""},
        {"QUERN_PROT=1", "settings.conf:1: unknown setting \"QUERN_PROT\""},
        {"port", "settings.conf:1: expected name = value"},
        {"= 1", "settings.conf:1: expected name = value"},
        {"po rt = 1", "settings.conf:1: expected name = value"},
        {"text = 'open", "settings.conf:1: quote without an end"},
        {"text = \"open\\", "settings.conf:1: unknown escape in a quoted value"},
        {"text = \"\\x\"", "settings.conf:1: unknown escape in a quoted value"},
        {"text = 'a' b", "settings.conf:1: text after the closing quote"},
        {"port = http", "settings.conf:1: port must be a whole number, not \"http\""},
        {"port =", "settings.conf:1: port must be a whole number, not \"\""},
        {"port = 65536", "settings.conf:1: port is 65536, allowed are 0 to 65535"},
        {"\r\n\r\nPORT=-1", "settings.conf:3: port is -1, allowed are 0 to 65535"},
        {"lease = 199ms", "settings.conf:1: lease is 199ms, allowed are 200ms to 1h"},
        {"lease = soon",
         "settings.conf:1: lease must be a duration such as 90s or 1h30m, not \"soon\""},
        {"max-body = 1GiB", "settings.conf:1: max-body is 1GiB, allowed are 1KiB to 16MiB"},
        {"insecure = maybe", "settings.conf:1: insecure must be true or false, not \"maybe\""},
        {"text = \xff", "settings.conf: not a text file in UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct qn_config config = create();
        struct qn_err err = {.msg = ""};

        assert_int_equal(read_text(&config, bad[i][0], &err), QN_EINVAL);
        assert_string_equal(err.msg, bad[i][1]);
        qn_config_release(&config);
    }
}

static void names_of_other_programs_are_passed_over_in_a_file(void **state)
{
    struct qn_config config = create();

    (void)state;
    assert_int_equal(read_text(&config, "POSTGRES_PASSWORD=x\nTZ=UTC\nport=1\n", NULL), QN_OK);
    assert_int_equal(qn_config_number(&config, "port"), 1);
    qn_config_release(&config);
}

static void a_file_may_be_missing_but_not_huge_or_binary(void **state)
{
    struct qn_config config = create();
    struct qn_err err;
    size_t size = 1024 * 1024 + 1;
    char *huge = malloc(size);

    (void)state;
    assert_int_equal(qn_config_read_file(&config, "no-such-file", false, &err), QN_OK);
    assert_int_equal(qn_config_read_file(&config, "no-such-file", true, &err), QN_ESYS);
    assert_string_equal(err.msg, "opening no-such-file: No such file or directory");
    assert_int_equal(qn_config_read_file(&config, ".", false, &err), QN_ESYS);
    assert_int_equal(read_bytes(&config, "port = 1\n\0", 10, &err), QN_EINVAL);
    memset(huge, '\n', size);
    assert_int_equal(read_bytes(&config, huge, size, &err), QN_ELIMIT);
    assert_string_equal(err.msg, "settings.conf: more than 1 MiB");
    assert_int_equal(read_bytes(&config, huge, size - 1, &err), QN_OK);
    free(huge);
    qn_config_release(&config);
}

static void own_names_beat_aliases_in_any_order(void **state)
{
    static const char *const first[] = {"QUERN_KEY=own", "FIRST_KEY=1", "SECOND_KEY=2", NULL};
    static const char *const last[] = {"SECOND_KEY=2", "FIRST_KEY=1", "QUERN_KEY=own", NULL};
    static const char *const aliases[] = {"FIRST_KEY=1", "SECOND_KEY=2", "QUERN_KEY=", "OTHER=x",
                                          NULL};
    struct qn_config config = create();

    (void)state;
    assert_int_equal(read_env(&config, aliases, NULL), QN_OK);
    assert_string_equal(qn_config_text(&config, "key"), "1");
    assert_string_equal(qn_config_value(&config, "key")->source, "FIRST_KEY");
    assert_int_equal(read_env(&config, first, NULL), QN_OK);
    assert_string_equal(qn_config_text(&config, "key"), "own");
    qn_config_release(&config);
    config = create();
    assert_int_equal(read_env(&config, last, NULL), QN_OK);
    assert_string_equal(qn_config_text(&config, "key"), "own");
    qn_config_release(&config);
    config = create();
    assert_int_equal(read_text(&config, "key=own\nFIRST_KEY=1\n", NULL), QN_OK);
    assert_string_equal(qn_config_text(&config, "key"), "own");
    qn_config_release(&config);
}

static void the_environment_ignores_what_no_row_knows(void **state)
{
    static const char *const env[] = {"QUERN_SOMETHING=1", "PATH=/bin", "strange", "port=1", NULL};
    static const char *const bad[] = {"PORT=x", NULL};
    struct qn_config config = create();
    struct qn_err err;

    (void)state;
    assert_int_equal(read_env(&config, env, NULL), QN_OK);
    assert_int_equal(qn_config_number(&config, "port"), 8000);
    assert_int_equal(read_env(&config, bad, &err), QN_EINVAL);
    assert_string_equal(err.msg, "PORT: port must be a whole number, not \"x\"");
    qn_config_release(&config);
}

static void options_stop_at_the_first_word_that_is_none(void **state)
{
    static const char *const words[] = {
        "--port", "1", "--insecure", "--text=", "run", "--port", "2", NULL};
    static const char *const dashes[] = {"--insecure=no", "--", "--port", NULL};
    static const char *const dash[] = {"-", NULL};
    struct qn_config config = create();
    int used;

    (void)state;
    assert_int_equal(read_args(&config, words, &used, NULL), QN_OK);
    assert_int_equal(used, 4);
    assert_int_equal(qn_config_number(&config, "port"), 1);
    assert_true(qn_config_flag(&config, "insecure"));
    assert_int_equal(read_args(&config, dashes, &used, NULL), QN_OK);
    assert_int_equal(used, 2);
    assert_false(qn_config_flag(&config, "insecure"));
    assert_int_equal(read_args(&config, dash, &used, NULL), QN_OK);
    assert_int_equal(used, 0);
    qn_config_release(&config);
}

static void options_that_are_not_there_are_told_apart_from_bad_ones(void **state)
{
    static const struct {
        const char *const words[4];
        int rc;
        int used;
        const char *msg;
    } cases[] = {
        {{"--port=1", "--nope", NULL}, QN_ENOTFOUND, 1, "unknown option --nope"},
        {{"--nope=x", NULL}, QN_ENOTFOUND, 0, "unknown option --nope"},
        {{"-h", NULL}, QN_ENOTFOUND, 0, "unknown option -h"},
        {{"--lease", "1s", NULL}, QN_ENOTFOUND, 0, "unknown option --lease"},
        {{"--por", NULL}, QN_ENOTFOUND, 0, "unknown option --por"},
        {{"--=x", NULL}, QN_ENOTFOUND, 0, "unknown option --=x"},
        {{"--insecure", "--port", NULL}, QN_EINVAL, 1, "--port needs a value"},
        {{"--port", "x", NULL}, QN_EINVAL, 0, "--port: port must be a whole number, not \"x\""},
        {{"--offset", "-5", NULL}, QN_OK, 2, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct qn_config config = create();
        struct qn_err err = {.msg = ""};
        int used = -1;

        assert_int_equal(read_args(&config, cases[i].words, &used, &err), cases[i].rc);
        assert_int_equal(used, cases[i].used);
        assert_string_equal(err.msg, cases[i].msg);
        qn_config_release(&config);
    }
}

static void secrets_are_masked_and_urls_keep_the_rest(void **state)
{
    static const char *const shown[][2] = {
        {"redis://:pass@host:6379/0", "redis://:***@host:6379/0"},
        {"redis://user:pass@host", "redis://user:***@host"},
        {"redis://user@host:6379", "redis://user@host:6379"},
        {"redis://host:6379/0", "redis://host:6379/0"},
        {"redis://u:p/a?s#s@w@host/0", "redis://u:***@host/0"},
        {"unix:///run/redis.sock", "unix:///run/redis.sock"},
        {"postgresql://u@h/db?password=x", "***"},
        {"postgresql://u:y@h/db?PASSWORD=x", "***"},
        {"host=h password=x", "***"},
        {"sk-12345", "***"},
        {"", ""},
    };
    char out[256], small[8];

    (void)state;
    for (size_t i = 0; i < COUNT(shown); i++) {
        const char *args[] = {"--broker-url", shown[i][0], NULL};
        struct qn_config config = create();
        int used;

        assert_int_equal(read_args(&config, args, &used, NULL), QN_OK);
        qn_config_show(&config, BROKER_URL, out, sizeof(out));
        assert_string_equal(out, shown[i][1]);
        qn_config_show(&config, BROKER_URL, small, sizeof(small));
        assert_true(strlen(small) < sizeof(small));
        qn_config_show(&config, PORT, out, sizeof(out));
        assert_string_equal(out, "8000");
        qn_config_release(&config);
    }
}

static void a_secret_is_not_in_the_text_of_an_error(void **state)
{
    static const struct qn_setting secret = {
        .name = "pin", .env = "PIN", .type = QN_SET_INTEGER, .secret = true};
    static const char *const env[] = {"PIN=hush", NULL};
    struct qn_config config;
    struct qn_err err;

    (void)state;
    assert_int_equal(qn_config_create(&config, &secret, 1, NULL), QN_OK);
    assert_int_equal(read_env(&config, env, &err), QN_EINVAL);
    assert_string_equal(err.msg, "PIN: pin must be a whole number");
    qn_config_release(&config);
}

static void export_gives_children_what_is_in_force(void **state)
{
    struct qn_config config = create();

    (void)state;
    unsetenv("QUERN_TEXT");
    setenv("QUERN_PORT", "1", 1);
    assert_int_equal(read_text(&config, "lease = 3s", NULL), QN_OK);
    assert_int_equal(qn_config_export(&config, NULL), QN_OK);
    assert_string_equal(getenv("QUERN_LEASE"), "3s");
    assert_string_equal(getenv("QUERN_PORT"), "8000");
    assert_null(getenv("QUERN_TEXT"));
    qn_config_release(&config);
}

static int read_everything(void)
{
    static const char *const env[] = {"REDIS_URL=redis://x", NULL};
    static const char *const args[] = {"--text", "y", NULL};
    struct qn_config config;
    int used, rc = qn_config_create(&config, table, COUNT(table), NULL);

    if (rc != QN_OK) {
        return rc;
    }
    rc = read_text(&config, "port = 1\ntext = \"a longer value\"\n", NULL);
    if (rc == QN_OK) {
        rc = read_env(&config, env, NULL);
    }
    if (rc == QN_OK) {
        rc = read_args(&config, args, &used, NULL);
    }
    qn_config_release(&config);
    return rc;
}

static void out_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    torture(read_everything);
}

static int enter_folder(void **state)
{
    static char folder[] = "/tmp/quern-config-XXXXXX";

    *state = mkdtemp(folder);
    return *state != NULL ? chdir(folder) : -1;
}

static int leave_folder(void **state)
{
    return chdir("/") == 0 ? rmdir(*state) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_come_first),
        cmocka_unit_test(a_bad_preset_is_told),
        cmocka_unit_test(arguments_beat_the_environment_beats_the_file),
        cmocka_unit_test(files_have_the_quoting_of_dotenv),
        cmocka_unit_test(what_is_wrong_in_a_file_is_named_with_its_line),
        cmocka_unit_test(names_of_other_programs_are_passed_over_in_a_file),
        cmocka_unit_test(a_file_may_be_missing_but_not_huge_or_binary),
        cmocka_unit_test(own_names_beat_aliases_in_any_order),
        cmocka_unit_test(the_environment_ignores_what_no_row_knows),
        cmocka_unit_test(options_stop_at_the_first_word_that_is_none),
        cmocka_unit_test(options_that_are_not_there_are_told_apart_from_bad_ones),
        cmocka_unit_test(secrets_are_masked_and_urls_keep_the_rest),
        cmocka_unit_test(a_secret_is_not_in_the_text_of_an_error),
        cmocka_unit_test(export_gives_children_what_is_in_force),
        cmocka_unit_test(out_of_memory_is_told_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
