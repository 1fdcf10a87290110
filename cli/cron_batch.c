#include "cron_batch.h"

#include "common/clock.h"
#include "cron/cron.h"
#include "cron/zone_cache.h"
#include "lines.h"
#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES (64 * 1024)
#define AFTER_MAX      64
#define RECHECK_MS     1000

struct batch {
    const struct cli *cli;
    int count;
    struct qn_zone_cache *zones;
    int64_t refused;
};

/* A line in its three parts. */
struct question {
    struct qn_span expr, zone, after;
};

int64_t cli_cron_second(int64_t ms)
{
    return ms / 1000 - (ms % 1000 < 0);
}

/* The part behind the last TAB is cut off. */
static bool cut(struct qn_span *line, struct qn_span *ret_part)
{
    const char *tab = memrchr(line->data, '\t', line->len);

    if (!tab)
        return false;
    size_t len = (size_t)(tab - line->data);
    *ret_part = (struct qn_span){tab + 1, line->len - len - 1};
    line->len = len;
    return true;
}

static int split(struct qn_span line, struct question *ret, struct qn_err *reterr)
{
    ret->expr = line;
    if (!cut(&ret->expr, &ret->after) || !cut(&ret->expr, &ret->zone))
        return qn_fail(reterr, QN_EINVAL, "a line is: expression TAB zone TAB time");
    return QN_OK;
}

static bool copy(struct qn_span from, char *out, size_t size)
{
    if (from.len >= size || memchr(from.data, '\0', from.len))
        return false;
    memcpy(out, from.data, from.len);
    out[from.len] = '\0';
    return true;
}

static int read_after(struct qn_span text, int64_t *ret_s, struct qn_err *reterr)
{
    char after[AFTER_MAX];
    int64_t ms;

    if (!copy(text, after, sizeof(after)) || qn_time_from_str(after, &ms) != QN_OK)
        return qn_fail(reterr, QN_EINVAL, "after: it is no time such as 2026-06-30T15:15:00+08:00");
    *ret_s = cli_cron_second(ms);
    return QN_OK;
}

static int find_zone(struct batch *batch, struct qn_span text, struct qn_zone **ret,
                     struct qn_err *reterr)
{
    char name[QN_ZONE_NAME_MAX + 1];

    if (!copy(text, name, sizeof(name)))
        return qn_fail(reterr, QN_EINVAL, "zone: it is no name of a time zone");
    return qn_zone_cache_get(batch->zones, name, ret, reterr);
}

static int print_times(const struct batch *batch, const struct qn_cron *cron,
                       const struct qn_zone *zone, int64_t at, struct qn_err *reterr)
{
    char text[QN_ZONE_TEXT_SIZE];

    for (int i = 0; i < batch->count; i++) {
        if (!qn_cron_next(cron, zone, at, &at))
            return i > 0 ? QN_OK : qn_fail(reterr, QN_EINVAL, "%s", CLI_CRON_NEVER);
        qn_zone_time_to_str(zone, at, text);
        fputc(i > 0 ? ',' : '\t', batch->cli->term.out);
        fputs(text, batch->cli->term.out);
    }
    return QN_OK;
}

static int answer(struct batch *batch, struct qn_span line, struct qn_err *reterr)
{
    struct question question = {0};
    struct qn_zone *zone = NULL;
    struct qn_cron cron;
    int64_t after = 0;
    int rc = split(line, &question, reterr);

    if (rc == QN_OK)
        rc = qn_cron_parse_bytes(&cron, question.expr.data, question.expr.len, reterr);
    if (rc == QN_OK)
        rc = find_zone(batch, question.zone, &zone, reterr);
    if (rc == QN_OK)
        rc = read_after(question.after, &after, reterr);
    if (rc == QN_OK)
        rc = print_times(batch, &cron, zone, after, reterr);
    qn_zone_free(zone);
    return rc;
}

/* One line, whatever the reason quotes. */
static void print_error(struct batch *batch, const struct qn_err *err)
{
    fputs("\terror: ", batch->cli->term.out);
    for (const char *at = err->msg; *at != '\0'; at++)
        fputc(iscntrl((unsigned char)*at) ? ' ' : *at, batch->cli->term.out);
    batch->refused++;
}

static void echo(const struct cli_term *term, struct qn_span line)
{
    for (size_t i = 0; term->tty && i < line.len; i++)
        if (line.data[i] != '\t' && iscntrl((unsigned char)line.data[i]))
            return; /* a terminal might obey it */
    fwrite(line.data, 1, line.len, term->out);
}

static void answer_line(struct batch *batch, enum cli_line kind, struct qn_span line)
{
    struct qn_err err = {0};
    int rc = QN_ELIMIT;

    if (kind == CLI_LINE_LONG) {
        qn_fail(&err, rc, "the line is longer than %d bytes", LINE_MAX_BYTES);
    } else if (line.len > 0) {
        echo(&batch->cli->term, line);
        rc = answer(batch, line, &err);
    }
    if (kind == CLI_LINE_LONG || (line.len > 0 && rc != QN_OK))
        print_error(batch, &err);
    fputc('\n', batch->cli->term.out);
}

static int answer_all(struct batch *batch, int fd, struct qn_err *reterr)
{
    struct cli_lines lines;
    struct qn_span line = {0};
    enum cli_line kind;

    cli_lines_init(&lines, fd, LINE_MAX_BYTES);
    for (;;) {
        kind = cli_lines_next(&lines, false, &line);
        if (kind == CLI_LINE_NONE) {
            fflush(batch->cli->term.out); /* who asks line by line waits for it */
            kind = cli_lines_next(&lines, true, &line);
        }
        if (kind != CLI_LINE && kind != CLI_LINE_LONG)
            break;
        answer_line(batch, kind, line);
    }
    int rc = kind == CLI_LINE_FAILED ? qn_fail_sys(reterr, "--batch") : QN_OK;
    cli_lines_release(&lines);
    return rc;
}

int cli_cron_batch(const struct cli *cli, const char *path, int count)
{
    struct batch batch = {.cli = cli, .count = count};
    struct qn_err err = {0};
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? qn_fail_sys(&err, "--batch %s", path) : QN_OK;

    batch.zones = qn_zone_cache_create(NULL, &qn_clock_system, RECHECK_MS);
    if (rc == QN_OK && !batch.zones)
        rc = qn_fail(&err, QN_ENOMEM, "out of memory");
    if (rc == QN_OK)
        rc = answer_all(&batch, fd, &err);
    qn_zone_cache_free(batch.zones);
    if (fd >= 0 && !is_stdin)
        close(fd);
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    return batch.refused > 0 ? CLI_EXIT_USAGE : CLI_EXIT_OK;
}
