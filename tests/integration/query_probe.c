/* query_probe.c - runs the statements of stdin, one a line, with the runner of nl2sql below its
 * guard, and prints what came of them as one line of JSON.
 *
 *   query_probe URL [WORD=VALUE...]
 *
 * rows, query_ms, connections, deadline_ms, rounds (numbers); zone, name; dry=1, any_role=1,
 * model=1 (of the database's catalogue), guard=1 (the model too: the guard is asked, else every
 * statement counts as allowed), counts=1 (of rows and columns, in place of them). SIGTERM is the
 * soft limit. In a statement "\n" is a line end.
 */
#include "common/clock.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "tasks/lib/analysis.h"
#include "tasks/nl2sql/query/query.h"
#include <dirent.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define OUTPUT_MAX  ((size_t)256 * 1024 * 1024)
#define QUERIES_MAX 64
#define LINE_MAX    (64 * 1024)

struct probe {
    struct qn_datasource source;
    struct query_place place;
    struct query queries[QUERIES_MAX];
    size_t n;
    bool model, guard, counts;
    int64_t rows, rounds, deadline_ms;
    bool dry;
    struct qn_analysis analysis;
};

static char none[] = "", utc[] = "UTC";
static char lines[QUERIES_MAX][LINE_MAX];

static void word(struct probe *probe, char *text)
{
    char *value = strchr(text, '=');
    int64_t number = 0;

    if (value == NULL) {
        return;
    }
    value++;
    if (qn_str_to_i64(value, &number) != QN_OK) {
        number = 0;
    }
#define IS(name) qn_str_starts(text, name "=")
    if (IS("rows")) {
        probe->rows = number;
    } else if (IS("query_ms")) {
        probe->source.query_ms = number;
    } else if (IS("connections")) {
        probe->source.connections = number;
    } else if (IS("deadline_ms")) {
        probe->deadline_ms = number;
    } else if (IS("rounds")) {
        probe->rounds = number;
    } else if (IS("zone")) {
        probe->source.time_zone = value;
    } else if (IS("name")) {
        probe->place.application_name = value;
    } else if (IS("dry")) {
        probe->dry = true;
    } else if (IS("any_role")) {
        probe->place.any_role = true;
    } else if (IS("model")) {
        probe->model = true;
    } else if (IS("guard")) {
        probe->guard = probe->model = true;
    } else if (IS("counts")) {
        probe->counts = true;
    }
#undef IS
}

static size_t count_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t n = 0;

    while (folder != NULL && readdir(folder) != NULL) {
        n++;
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return n;
}

static void read_lines(struct probe *probe)
{
    while (probe->n < QUERIES_MAX && fgets(lines[probe->n], LINE_MAX, stdin) != NULL) {
        char *line = lines[probe->n], *out = line;

        line[strcspn(line, "\n")] = '\0';
        for (const char *c = line; *c != '\0'; c++) {
            if (c[0] == '\\' && c[1] == 'n') {
                *out++ = '\n';
                c++;
            } else {
                *out++ = *c;
            }
        }
        *out = '\0';
        query_init(&probe->queries[probe->n], (struct qn_span){line, strlen(line)});
        probe->queries[probe->n].max_rows = probe->rows;
        probe->queries[probe->n].dry = probe->dry;
        probe->n++;
    }
}

static int make_model(struct probe *probe, struct qn_err *err)
{
    const struct qn_analysis_wish wish = {
        .model = {.datasource = "", .time_zone = "UTC", .language = "en"},
        .tier = QN_PROFILE_NONE,
        .declared_only = true,
        .now_ms = qn_wall_ms(&qn_clock_system),
        .hints = {"", 0},
        .stop_fd = -1,
    };
    struct qn_pg *pg = NULL;
    int rc = qn_pg_create(&pg, probe->source.url, err);

    if (rc == QN_OK) {
        rc = qn_pg_ready(pg, "query_probe model", -1, err);
    }
    if (rc == QN_OK) {
        rc = qn_analysis_run(&probe->analysis, pg, &wish, err);
    }
    if (rc == QN_OK) {
        probe->place.model = probe->analysis.model;
    }
    qn_pg_free(pg);
    return rc;
}

static int ask_guard(struct probe *probe, struct qn_err *err)
{
    struct guard *guard = NULL;
    int rc = QN_OK;

    if (probe->guard) {
        rc = guard_create(&guard, probe->place.model, err);
    }
    for (size_t i = 0; i < probe->n && rc == QN_OK; i++) {
        probe->queries[i].verdict = (struct guard_verdict){.class = GUARD_ALLOWED, .position = -1};
        if (probe->guard) {
            rc = guard_check(guard, probe->queries[i].sql, &probe->queries[i].verdict, NULL, err);
        }
    }
    guard_free(guard);
    return rc;
}

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_number(struct qn_buf *out, const char *key, int64_t number)
{
    qn_json_add_key(out, key);
    qn_json_add_i64(out, number);
}

static void add_query(struct qn_buf *out, const struct probe *probe, const struct query *query)
{
    qn_buf_add_byte(out, '{');
    add_text(out, "rc", qn_err_name(query->rc));
    add_text(out, "error", query->err.msg);
    add_text(out, "sqlstate", query->sqlstate);
    add_text(out, "hint", query->hint);
    add_number(out, "position", query->position);
    add_text(out, "class", guard_class_names[query->verdict.class]);
    add_text(out, "reason", query->verdict.reason);
    add_number(out, "bytes", (int64_t)query->rows.bytes);
    add_number(out, "arena", (int64_t)query->rows.arena.used);
    if (probe->counts) {
        add_number(out, "row_count", (int64_t)query->rows.n_rows);
        add_number(out, "column_count", (int64_t)query->rows.n_columns);
        add_number(out, "truncated", query->rows.truncated);
    } else {
        query_rows_json(&query->rows, out);
        qn_json_add_key(out, "origins");
        qn_buf_add_byte(out, '[');
        for (size_t i = 0; i < query->rows.n_columns; i++) {
            const struct query_column *column = &query->rows.columns[i];

            qn_buf_add_str(out, i > 0 ? "," : "");
            qn_json_add_str(
                out, column->table == QN_MODEL_NONE
                         ? ""
                         : probe->place.model->tables[column->table].columns[column->column].name);
        }
        qn_buf_add_byte(out, ']');
    }
    qn_buf_add_byte(out, '}');
}

static int print(const struct probe *probe, int rc, const struct qn_err *err,
                 const struct qn_buf *warning, size_t fds)
{
    struct rusage usage;
    struct qn_buf out;

    getrusage(RUSAGE_SELF, &usage);
    qn_buf_init(&out, OUTPUT_MAX);
    qn_buf_add_byte(&out, '{');
    add_text(&out, "rc", qn_err_name(rc));
    add_text(&out, "error", err->msg);
    add_text(&out, "warning", warning->len > 0 ? warning->data : "");
    add_number(&out, "peak_kib", usage.ru_maxrss);
    add_number(&out, "heap_seen", mallinfo2().uordblks > 0); /* not by a sanitizer */
    add_number(&out, "fds_before", (int64_t)fds);
    add_number(&out, "fds_after", (int64_t)count_fds());
    qn_json_add_key(&out, "queries");
    qn_buf_add_byte(&out, '[');
    for (size_t i = 0; i < probe->n; i++) {
        qn_buf_add_str(&out, i > 0 ? "," : "");
        add_query(&out, probe, &probe->queries[i]);
    }
    qn_buf_add_str(&out, "]}");
    if (qn_buf_status(&out) != QN_OK || qn_json_check(out.data, out.len, NULL, NULL) != QN_OK) {
        fprintf(stderr, "what would be printed is no JSON\n");
        rc = QN_ECORRUPT;
    } else {
        printf("%s\n", out.data);
        rc = QN_OK;
    }
    qn_buf_release(&out);
    return rc;
}

static int soft_limit_fd(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

static int run(struct probe *probe, struct qn_err *err)
{
    struct qn_err said = {.code = QN_OK};
    struct qn_buf warning;
    int rc = probe->model ? make_model(probe, err) : QN_OK;
    size_t fds = 0;

    if (rc == QN_OK) {
        rc = ask_guard(probe, err);
    }
    if (rc != QN_OK) {
        return rc;
    }
    qn_buf_init(&warning, 4096);
    for (int64_t i = 0; i < probe->rounds && rc == QN_OK; i++) {
        fds = count_fds();
        if (probe->deadline_ms > 0) {
            probe->place.deadline_ms = qn_mono_ms(&qn_clock_system) + probe->deadline_ms;
        }
        rc = query_run(&probe->place, probe->queries, probe->n, &warning, &said);
    }
    rc = print(probe, rc, &said, &warning, fds);
    qn_buf_release(&warning);
    return rc;
}

int main(int argc, char **argv)
{
    struct qn_err err = {.code = QN_OK};
    static struct probe probe;
    int rc;

    if (argc < 2) {
        fputs("usage: query_probe URL [WORD=VALUE...]\n", stderr);
        return 64;
    }
    probe = (struct probe){
        .source = {.name = none,
                   .url = argv[1],
                   .time_zone = utc,
                   .query_ms = 10000,
                   .connections = 8,
                   .max_rows = 1000},
        .place = {.application_name = "query_probe", .stop_fd = soft_limit_fd()},
        .rounds = 1,
    };
    probe.place.source = &probe.source;
    for (int i = 2; i < argc; i++) {
        word(&probe, argv[i]);
    }
    read_lines(&probe);
    rc = run(&probe, &err);
    if (rc != QN_OK) {
        fprintf(stderr, "%s %s\n", qn_err_name(rc), err.msg);
    }
    for (size_t i = 0; i < probe.n; i++) {
        query_release(&probe.queries[i]);
    }
    qn_analysis_free(&probe.analysis);
    close(probe.place.stop_fd);
    if (qn_mem_live() != 0) {
        fprintf(stderr, "%zu blocks were not freed\n", qn_mem_live());
        return 1;
    }
    return rc == QN_OK ? 0 : 1;
}
