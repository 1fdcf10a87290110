/* text.c - answers as text that is the same when they mean the same. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

uint64_t model_random_next(struct model_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

int model_random_below(struct model_random *random, int n)
{
    return (int)(model_random_next(random) % (uint64_t)n);
}

bool model_random_chance(struct model_random *random, int percent)
{
    return model_random_below(random, 100) < percent;
}

struct qn_buf *model_heard(void *arg, const struct qn_reply *reply)
{
    struct model_side *side = arg;

    side->awaited--;
    side->all_said = side->awaited == 0;
    side->rc = reply->rc;
    if (reply->rc != QN_OK) {
        qn_buf_printf(&side->said, " %s", qn_err_name(reply->rc));
        return NULL;
    }
    if (reply->now_ms != 0 && reply->now_ms != side->model->clock.wall)
        qn_buf_printf(&side->said, " at another time: %lld", (long long)reply->now_ms);
    return &side->said;
}

/* In a loose run the number of a run is not compared. */
void model_say_text(struct model_side *side, struct qn_span text)
{
    struct qn_buf *out = &side->said;
    size_t digits = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool digit = c >= '0' && c <= '9';
        bool number = digit && (digits > 0 || (i > 0 && text.data[i - 1] == ':' && i > 1 &&
                                               text.data[i - 2] >= 'A' && text.data[i - 2] <= 'C'));
        digits = number ? digits + 1 : 0;
        if (number && side->model->loose)
            qn_buf_add_str(out, digits == 1 ? "#" : "");
        else if (c < ' ' || c > '~')
            qn_buf_printf(out, "\\x%02x", (unsigned)(unsigned char)c);
        else
            qn_buf_add_byte(out, c);
    }
}

void model_say_token(struct model_side *side, struct qn_span token)
{
    if (token.len > 0)
        model_say_text(side, token);
    else
        qn_buf_add_str(&side->said, "-");
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void model_say_names(struct model_side *side, const char *what, const char *const *names, size_t n)
{
    const char *sorted[QN_LIST_PAGE_MAX];

    n = n < QN_LIST_PAGE_MAX ? n : QN_LIST_PAGE_MAX;
    for (size_t i = 0; i < n; i++)
        sorted[i] = names[i];
    if (n > 0)
        qsort(sorted, n, sizeof(sorted[0]), by_text);
    qn_buf_printf(&side->said, " %s:", what);
    for (size_t i = 0; i < n; i++)
        qn_buf_printf(&side->said, " %s", sorted[i]);
}

static void say_field(struct model_side *side, const char *what, struct qn_span text)
{
    if (text.len == 0)
        return;
    qn_buf_printf(&side->said, " %s=", what);
    model_say_text(side, text);
}

static void say_number(struct model_side *side, const char *what, int64_t number)
{
    if (number != 0)
        qn_buf_printf(&side->said, " %s=%lld", what, (long long)number);
}

static void say_ending(struct model_side *side, const struct qn_record *record)
{
    const struct qn_ending *ending = &record->ending;

    say_number(side, "ended", record->ended_ms - MODEL_T0);
    qn_buf_add_str(&side->said, " by ");
    model_say_token(side, record->token);
    say_number(side, "cause", ending->cause);
    say_field(side, "error", ending->error);
    say_number(side, "attempts", ending->attempts);
    say_number(side, "deaths", ending->deaths);
    say_field(side, "result", ending->result);
    say_field(side, "history", ending->history);
}

void model_say_record(struct model_side *side, struct qn_span bytes)
{
    struct qn_record record;
    struct qn_err err;

    if (qn_record_decode(bytes, &record, &err) != QN_OK) {
        qn_buf_printf(&side->said, " damaged: %s", err.msg);
        return;
    }
    qn_buf_printf(&side->said, " %c priority=%d enqueued=%lld", record.letter, record.priority,
                  (long long)(record.enqueued_ms - MODEL_T0));
    say_number(side, "due", record.due_ms ? record.due_ms - MODEL_T0 : 0);
    say_number(side, "expires", record.expires_ms ? record.expires_ms - MODEL_T0 : 0);
    say_field(side, "task", record.body.task);
    say_field(side, "args", record.body.args);
    if (record.letter != 'L')
        say_ending(side, &record);
}

void model_say_try(struct model_side *side, struct qn_span text)
{
    struct qn_try attempt;

    if (text.len == 0)
        return;
    if (qn_try_decode(text, &attempt) != QN_OK) {
        say_field(side, "damaged try", text);
        return;
    }
    qn_buf_printf(&side->said, " try=%d,%d,%d,", attempt.attempts, attempt.deaths, attempt.snoozes);
    model_say_token(side, attempt.token);
    say_field(side, "past", attempt.history);
}
