#include "migrate.h"

#include "common/buf.h"
#include "common/json.h"
#include "exits.h"
#include <stdio.h>
#include <string.h>

#define REPORT_MAX (1024 * 1024)

static const char usage[] = "usage: quern-worker migrate [--check] [--json]\n";

static const char *const state_names[] = {[QN_MIGRATION_THERE] = "there",
                                          [QN_MIGRATION_APPLIED] = "applied",
                                          [QN_MIGRATION_MISSING] = "missing"};

struct report {
    bool check;
    bool json;
    int missing;
    struct qn_buf text;
};

static bool read_words(int argc, char **argv, struct report *report)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--check") == 0)
            report->check = true;
        else if (strcmp(argv[i], "--json") == 0)
            report->json = true;
        else
            return false;
    }
    return true;
}

static void add_json(struct qn_buf *out, const struct qn_migration *migration)
{
    if (out->data[out->len - 1] == '}')
        qn_buf_add_byte(out, ',');
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "number");
    qn_json_add_i64(out, migration->number);
    qn_json_add_key(out, "name");
    qn_json_add_str(out, migration->name);
    qn_json_add_key(out, "state");
    qn_json_add_str(out, state_names[migration->state]);
    qn_buf_add_byte(out, '}');
}

static void on_migration(void *arg, const struct qn_migration *migration)
{
    struct report *report = arg;

    report->missing += migration->state == QN_MIGRATION_MISSING;
    if (report->json)
        add_json(&report->text, migration);
    else
        qn_buf_printf(&report->text, "%04d_%s %s\n", migration->number, migration->name,
                      state_names[migration->state]);
}

static int print(const struct qn_buf *text)
{
    bool written = fwrite(text->data, 1, text->len, stdout) == text->len && fflush(stdout) == 0;

    return written ? WORKER_EXIT_OK : WORKER_EXIT_FAILED;
}

static int run(struct report *report, const struct qn_config *config, qn_migrate_fn *migrate)
{
    struct qn_err why = {0};

    if (report->json)
        qn_buf_add_str(&report->text, "{\"migrations\":[");
    int rc = migrate(config, report->check, on_migration, report, &why);
    if (report->json)
        qn_buf_add_str(&report->text, "]}\n");
    if (rc == QN_OK && qn_buf_status(&report->text) != QN_OK)
        rc = qn_fail(&why, qn_buf_status(&report->text), "no memory for what to tell");
    if (rc != QN_OK) {
        fprintf(stderr, "quern-worker migrate: %s\n", why.msg);
        return WORKER_EXIT_FAILED;
    }
    int code = print(&report->text);
    return report->missing > 0 ? WORKER_EXIT_FAILED : code;
}

int worker_migrate_main(int argc, char **argv, const struct qn_config *config,
                        qn_migrate_fn *migrate)
{
    struct report report = {.check = false};

    if (!read_words(argc, argv, &report)) {
        fputs(usage, stderr);
        return WORKER_EXIT_USAGE;
    }
    if (!migrate) {
        fputs("quern-worker migrate: this worker's tasks have no migrations\n", stderr);
        return WORKER_EXIT_FAILED;
    }
    qn_buf_init(&report.text, REPORT_MAX);
    int code = run(&report, config, migrate);
    qn_buf_release(&report.text);
    return code;
}
