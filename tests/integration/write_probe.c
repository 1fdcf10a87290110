/* write_probe.c - frames become statements over a real database, and the guard looks at them.
 *
 *   write_probe URL HINTS TODAY < FRAMES        a frame of tests/support/frame_room.h in each line
 *
 * A line for each: {"sql":...,"en":...,"zh":...}, the last two what it does, or {"error":...}; what
 * the guard refuses is an error. HINTS "": none.
 */
#include "common/clock.h"
#include "common/json.h"
#include "common/mem.h"
#include "tasks/lib/analysis.h"
#include "tasks/nl2sql/guard/guard.h"
#include "tasks/nl2sql/rules/write.h"
#include "tasks/nl2sql/rules/write_say.h"
#include "tests/support/frame_room.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX ((size_t)64 * 1024)

struct probe {
    const struct qn_model *model;
    struct guard *guard;
    const char *today;
};

struct answer {
    struct qn_buf sql, en, zh;
};

static void add_member(struct qn_buf *out, const char *name, const char *text)
{
    if (out->len == 0) {
        qn_buf_add_byte(out, '{');
    }
    qn_json_add_key(out, name);
    qn_json_add_str(out, text);
}

static void print(const struct answer *answer, const char *error)
{
    struct qn_buf out;

    qn_buf_init(&out, 4 * LINE_MAX);
    if (error != NULL) {
        add_member(&out, "error", error);
    } else {
        add_member(&out, "sql", answer->sql.data);
        add_member(&out, "en", answer->en.data);
        add_member(&out, "zh", answer->zh.data);
    }
    qn_buf_add_str(&out, "}\n");
    fwrite(out.data, 1, out.len, stdout);
    qn_buf_release(&out);
}

static int write_one(const struct probe *probe, const char *line, struct answer *answer,
                     struct qn_err *err)
{
    struct qn_buf *sql = &answer->sql;
    struct guard_verdict verdict;
    struct qn_arena arena;
    struct frame frame;
    int rc;

    qn_arena_init(&arena, 16 * LINE_MAX);
    rc = frame_room_read(&frame, probe->model, (struct qn_span){line, strlen(line)}, &arena, err);
    if (rc == QN_OK) {
        rc = write_frame(probe->model, &frame, probe->today, sql, err);
    }
    if (rc == QN_OK && (write_sentence(probe->model, &frame, "en", &answer->en) != QN_OK ||
                        write_sentence(probe->model, &frame, "zh", &answer->zh) != QN_OK)) {
        rc = qn_fail(err, QN_ELIMIT, "the sentence is too long");
    }
    qn_arena_release(&arena);
    if (rc == QN_OK) {
        rc = guard_check(probe->guard, (struct qn_span){sql->data, sql->len}, &verdict, NULL, err);
    }
    if (rc == QN_OK && verdict.class != GUARD_ALLOWED) {
        rc = qn_fail(err, QN_EINVAL, "guard: %s: %s: %s", guard_class_names[verdict.class],
                     verdict.reason, sql->data);
    }
    return rc;
}

static int write_all(struct probe *probe, struct qn_err *err)
{
    char *line = qn_alloc(LINE_MAX);
    int rc = guard_create(&probe->guard, probe->model, err);

    while (rc == QN_OK && line != NULL && fgets(line, (int)LINE_MAX, stdin) != NULL) {
        struct qn_err trouble = {0};
        struct answer answer;
        int one;

        qn_buf_init(&answer.sql, WRITE_SQL_MAX);
        qn_buf_init(&answer.en, WRITE_SQL_MAX);
        qn_buf_init(&answer.zh, WRITE_SQL_MAX);
        one = write_one(probe, line, &answer, &trouble);
        print(&answer, one == QN_OK ? NULL : trouble.msg);
        qn_buf_release(&answer.sql);
        qn_buf_release(&answer.en);
        qn_buf_release(&answer.zh);
    }
    guard_free(probe->guard);
    qn_free(line);
    return rc;
}

static char *file_text(const char *path, size_t *len)
{
    FILE *file = path[0] != '\0' ? fopen(path, "rb") : NULL;
    char *text = file != NULL ? qn_alloc(16 * LINE_MAX) : NULL;

    *len = text != NULL ? fread(text, 1, 16 * LINE_MAX, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

static int run(struct qn_pg *pg, char **argv, struct qn_err *err)
{
    struct qn_analysis_wish wish = {.model = {"", "UTC", "en"},
                                    .tier = QN_PROFILE_SAMPLED,
                                    .now_ms = qn_wall_ms(&qn_clock_system),
                                    .stop_fd = -1};
    struct probe probe = {.today = argv[3]};
    struct qn_analysis analysis;
    char *hints = file_text(argv[2], &wish.hints.len);
    int rc = qn_pg_ready(pg, "write_probe", -1, err);

    wish.hints.data = hints;
    if (rc == QN_OK) {
        rc = qn_analysis_run(&analysis, pg, &wish, err);
        probe.model = analysis.model;
        if (rc == QN_OK) {
            rc = qn_model_seal(analysis.model, err);
        }
        if (rc == QN_OK) {
            rc = write_all(&probe, err);
        }
        qn_analysis_free(&analysis);
    }
    qn_free(hints);
    return rc;
}

int main(int argc, char **argv)
{
    struct qn_err err = {0};
    struct qn_pg *pg = NULL;
    int rc;

    if (argc != 4) {
        return 2;
    }
    rc = qn_pg_create(&pg, argv[1], &err);
    if (rc == QN_OK) {
        rc = run(pg, argv, &err);
    }
    qn_pg_free(pg);
    if (rc != QN_OK) {
        fprintf(stderr, "%s %s\n", qn_err_name(rc), err.msg);
    }
    return rc == QN_OK ? 0 : 1;
}
