#include "job_type.h"

#include "common/json.h"
#include "common/str.h"
#include "common/utf8.h"
#include <string.h>

#define SECOND_MS 1000
#define CUT_NOTE  "(more log lines were dropped: a job keeps 64 KiB)\n"
#define CUT_MARK  " (cut)"

void worker_text_add(struct qn_buf *out, const char *text, size_t len, const char *keep, size_t max)
{
    static const char replacement[] = "\xef\xbf\xbd";
    size_t end = out->len + max;
    char escape[8];

    while (len > 0) {
        size_t n = qn_utf8_char(text, len);
        struct qn_span one = {.data = text, .len = n};
        unsigned char c = (unsigned char)*text;
        if (n == 0) {
            one = (struct qn_span){.data = replacement, .len = 3};
        } else if ((c < ' ' || c == 0x7f) && (c == '\0' || !strchr(keep, c))) {
            one.data = escape;
            one.len = (size_t)snprintf(escape, sizeof(escape), "\\x%02x", c);
        }
        if (out->len + one.len > end)
            return;
        qn_buf_add(out, one.data, one.len);
        text += n ? n : 1;
        len -= n ? n : 1;
    }
}

/* ---- progress ---- */

void worker_job_send_progress(struct qn_job *job)
{
    struct worker_progress *progress = &job->progress;
    struct qn_buf *json = &job->line;

    if (!progress->waiting || job->sink_status != QN_OK)
        return;
    progress->waiting = false;
    qn_buf_reset(json);
    qn_buf_add_byte(json, '{');
    qn_json_add_key(json, "done");
    qn_json_add_i64(json, progress->done);
    qn_json_add_key(json, "total");
    qn_json_add_i64(json, progress->total);
    qn_json_add_key(json, "text");
    qn_json_add_str(json, progress->text);
    qn_buf_add_byte(json, '}');
    if (qn_buf_status(json) == QN_OK && json->len <= WORKER_PROGRESS_MAX)
        job->sink_status = job->setup.sink.progress(
            job->setup.sink.arg, (struct qn_span){.data = json->data, .len = json->len});
}

/* Whether one more may go out in the second under way. */
static bool may_send(struct worker_progress *progress, int64_t mono_ms)
{
    if (progress->sent == 0 || mono_ms - progress->second_ms >= SECOND_MS) {
        progress->second_ms = mono_ms;
        progress->sent = 0;
    }
    if (progress->sent == WORKER_PROGRESS_PER_S)
        return false;
    progress->sent++;
    return true;
}

static void set_text(struct qn_job *job, const char *text)
{
    qn_buf_reset(&job->line);
    worker_text_add(&job->line, text, strlen(text), "", WORKER_PROGRESS_TEXT);
    qn_str_copy(job->progress.text, sizeof(job->progress.text), job->line.data);
}

void qn_job_progress(struct qn_job *job, int64_t done, int64_t total, const char *text)
{
    struct worker_progress *progress = &job->progress;

    progress->waiting = true;
    progress->total = total > 0 ? total : 0;
    progress->done = done > 0 ? done : 0;
    if (total > 0 && progress->done > total)
        progress->done = total;
    set_text(job, text ? text : "");
    if (may_send(progress, qn_mono_ms(job->setup.clock)))
        worker_job_send_progress(job);
}

/* ---- log ---- */

static void send_line(struct qn_job *job, struct qn_span line)
{
    job->logged += line.len;
    if (job->sink_status == QN_OK)
        job->sink_status = job->setup.sink.log(job->setup.sink.arg, line);
}

static void log_line(struct qn_job *job, struct qn_span line)
{
    static const char note[] = CUT_NOTE;
    size_t room = QN_JOB_LOG_MAX - (sizeof(note) - 1) - job->logged;

    if (line.len <= room) {
        send_line(job, line);
        return;
    }
    job->log_cut = true;
    send_line(job, (struct qn_span){.data = note, .len = sizeof(note) - 1});
}

/* Of a text that was cut at len: the length without the character that it cut. */
static size_t whole_chars(const char *text, size_t len)
{
    size_t from = len;

    while (from > 0 && len - from < 4 && (text[from - 1] & 0xc0) == 0x80)
        from--;
    if (from == 0 || !(text[from - 1] & 0x80) || qn_utf8_char(text + from - 1, len - from + 1) > 0)
        return len;
    return from - 1;
}

/* Formats as vsnprintf does. A text that was cut ends with a whole character. Returns
 * the length. */
static size_t format(char *out, size_t size, bool *ret_cut, const char *fmt, va_list args)
    QN_PRINTF(4, 0);
static size_t format(char *out, size_t size, bool *ret_cut, const char *fmt, va_list args)
{
    int wanted = vsnprintf(out, size, fmt, args);
    size_t len = wanted > 0 ? (size_t)wanted : 0;

    *ret_cut = len >= size;
    if (!*ret_cut)
        return len;
    return whole_chars(out, size - 1);
}

static void log_text(struct qn_job *job, const char *text, size_t len, bool cut)
{
    struct qn_buf *line = &job->line;

    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    qn_buf_reset(line);
    worker_text_add(line, text, len, "\t", WORKER_LOG_LINE_MAX);
    qn_buf_add_str(line, cut ? CUT_MARK "\n" : "\n");
    if (qn_buf_status(line) == QN_OK)
        log_line(job, (struct qn_span){.data = line->data, .len = line->len});
}

void qn_job_log(struct qn_job *job, const char *fmt, ...)
{
    char raw[WORKER_LOG_LINE_MAX];
    va_list args;
    bool cut;

    if (job->log_cut)
        return;
    va_start(args, fmt);
    size_t len = format(raw, sizeof(raw), &cut, fmt, args);
    va_end(args);
    log_text(job, raw, len, cut);
}

void worker_job_log(struct qn_job *job, struct qn_span line)
{
    bool cut = line.len >= WORKER_LOG_LINE_MAX;

    if (!job->log_cut)
        log_text(job, line.data, cut ? whole_chars(line.data, WORKER_LOG_LINE_MAX - 1) : line.len,
                 cut);
}

/* ---- why ---- */

static void set_error(struct qn_job *job, const char *fmt, va_list args) QN_PRINTF(2, 0);
static void set_error(struct qn_job *job, const char *fmt, va_list args)
{
    char raw[QN_ERROR_TEXT_MAX + 1];
    bool cut;
    size_t len = format(raw, sizeof(raw), &cut, fmt, args);

    qn_buf_reset(&job->error);
    worker_text_add(&job->error, raw, len, "\t\n", QN_ERROR_TEXT_MAX);
}

void qn_job_error(struct qn_job *job, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    set_error(job, fmt, args);
    va_end(args);
}

enum qn_outcome qn_job_reject(struct qn_job *job, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    set_error(job, fmt, args);
    va_end(args);
    job->cause = QN_CAUSE_REJECTED;
    return QN_FAIL;
}

enum qn_outcome worker_job_stopped(struct qn_job *job, const char *why)
{
    if (job->error.len == 0)
        qn_job_error(job, "%s", why);
    job->cause = QN_CAUSE_TIMEOUT;
    return QN_RETRY;
}
