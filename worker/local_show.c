#include "local_show.h"

#include "common/json.h"
#include "common/str.h"
#include <inttypes.h>
#include <quern/job.h>
#include <string.h>

#define LINE_MAX_BYTES (2 * QN_RESULT_MAX)
#define CLEAR_LINE     "\r\033[K"

/* ---- for people ---- */

static void clear_bar(struct worker_show *show)
{
    if (show->bar)
        fputs(CLEAR_LINE, show->people);
    show->bar = false;
}

static int64_t number_of(struct qn_span json, const char *name)
{
    struct qn_json_item item;
    int64_t value = 0;

    if (qn_json_find(json.data, json.len, name, &item))
        qn_json_is_integer(item.value, &value);
    return value;
}

/* "" when it is none or too long. */
static void text_of(struct qn_span json, const char *name, char *out, size_t size)
{
    struct qn_json_item item;
    struct qn_buf text;

    out[0] = '\0';
    qn_buf_init(&text, size - 1);
    if (qn_json_find(json.data, json.len, name, &item) && item.type == QN_JSON_STRING &&
        qn_json_unescape(item.value, &text) == QN_OK)
        qn_str_copy(out, size, text.data);
    qn_buf_release(&text);
}

static void show_progress(void *arg, struct qn_span json)
{
    struct worker_show *show = arg;
    char text[WORKER_PROGRESS_MAX];

    if (!show->notes || qn_json_check(json.data, json.len, NULL, NULL) != QN_OK)
        return;
    int64_t done = number_of(json, "done"), total = number_of(json, "total");
    text_of(json, "text", text, sizeof(text));
    clear_bar(show);
    if (total > 0)
        fprintf(show->people, "%3.0f %% (%" PRId64 " of %" PRId64 ") %s",
                100.0 * (double)done / (double)total, done, total, text);
    else
        fprintf(show->people, "%" PRId64 " %s", done, text);
    show->bar = show->terminal;
    if (!show->terminal)
        fputc('\n', show->people);
    fflush(show->people);
}

static void show_log(void *arg, struct qn_span lines)
{
    struct worker_show *show = arg;

    if (!show->notes)
        return;
    clear_bar(show);
    fwrite(lines.data, 1, lines.len, show->people);
}

static void show_follow(void *arg, const struct worker_follow_frame *follow)
{
    struct worker_show *show = arg;

    if (!show->notes)
        return;
    clear_bar(show);
    fprintf(show->people, "follow-up, not run here: %.*s %.*s\n", (int)follow->task.len,
            follow->task.data, (int)follow->args.len, follow->args.data);
}

struct worker_local_notes worker_show_notes(struct worker_show *show)
{
    return (struct worker_local_notes){show, show_progress, show_log, show_follow};
}

static void show_files(struct worker_show *show, struct qn_span artifacts)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    char name[256], type[256], sha256[80];

    if (!show->files || qn_json_walk_init(&walk, artifacts.data, artifacts.len) != QN_OK)
        return;
    while (qn_json_walk_next(&walk, &item)) {
        text_of(item.value, "name", name, sizeof(name));
        text_of(item.value, "type", type, sizeof(type));
        text_of(item.value, "sha256", sha256, sizeof(sha256));
        fprintf(show->people, "file %s (%s, %" PRId64 " bytes): %s/%.2s/%s\n", name, type,
                number_of(item.value, "size"), show->artifact_dir, sha256, sha256);
    }
}

/* ---- on stdout ---- */

int worker_json_compact(struct qn_buf *out, struct qn_span json)
{
    bool in_string = false;
    size_t from = 0;

    for (size_t i = 0; i < json.len; i++) {
        char c = json.data[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            qn_buf_add(out, json.data + from, i - from);
            from = i + 1;
        }
    }
    return qn_buf_add(out, json.data + from, json.len - from);
}

static bool print_line(struct worker_show *show, struct qn_buf *line)
{
    qn_buf_add_byte(line, '\n');
    bool ok = qn_buf_status(line) == QN_OK &&
              fwrite(line->data, 1, line->len, show->out) == line->len && fflush(show->out) == 0;

    qn_buf_release(line);
    return ok;
}

static void open_error(struct qn_buf *line, const char *cause)
{
    qn_buf_init(line, LINE_MAX_BYTES);
    qn_buf_add_str(line, "{\"error\":{");
    qn_json_add_key(line, "cause");
    qn_json_add_str(line, cause);
}

static void add_number(struct qn_buf *line, const char *key, int64_t value)
{
    qn_json_add_key(line, key);
    qn_json_add_i64(line, value);
}

bool worker_show_rejected(struct worker_show *show, const char *field, const char *message)
{
    struct qn_buf line;

    open_error(&line, qn_cause_name(QN_CAUSE_REJECTED));
    if (field[0] != '\0') {
        qn_json_add_key(&line, "field");
        qn_json_add_str(&line, field);
    }
    qn_json_add_key(&line, "message");
    qn_json_add_str(&line, message);
    qn_buf_add_str(&line, "}}");
    return print_line(show, &line);
}

static bool show_failure(struct worker_show *show, const struct worker_local_end *end)
{
    static const char *const outcomes[] = {
        [QN_DONE] = "done", [QN_RETRY] = "retry", [QN_FAIL] = "fail", [QN_SNOOZE] = "snooze"};
    struct qn_buf line;

    open_error(&line, qn_cause_name(end->cause ? end->cause : QN_CAUSE_ERROR));
    if (end->signal)
        add_number(&line, "signal", end->signal);
    if (end->answered) {
        qn_json_add_key(&line, "answer");
        qn_json_add_str(&line, outcomes[end->outcome]);
    }
    if (end->delay_ms >= 0)
        add_number(&line, "delay_ms", end->delay_ms);
    qn_json_add_key(&line, "message");
    if (end->outcome == QN_SNOOZE && end->error.len == 0)
        qn_json_add_str(&line, "the task wants to run later");
    else
        qn_json_add_string(&line, end->error.data, end->error.len);
    qn_buf_add_str(&line, "}}");
    return print_line(show, &line);
}

bool worker_show_end(struct worker_show *show, const struct worker_local_end *end)
{
    struct qn_buf line;

    clear_bar(show);
    if (end->outcome != QN_DONE)
        return show_failure(show, end);
    show_files(show, end->artifacts);
    qn_buf_init(&line, LINE_MAX_BYTES);
    if (end->result.len == 0)
        qn_buf_add_str(&line, "null");
    else
        worker_json_compact(&line, end->result);
    return print_line(show, &line);
}
