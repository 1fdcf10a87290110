/* wordcount.c - text.wordcount: which words a text has, and how often. A plugin: any
 * quern-worker loads it by --task-path. */
#include <ctype.h>
#include <inttypes.h>
#include <quern/job.h>
#include <quern/plugin.h>
#include <stdlib.h>
#include <string.h>

#define PROGRESS_EVERY 1000 /* words */

struct word {
    const char *text; /* not ended by NUL */
    size_t len;
    int64_t count;
};

struct words {
    struct word *list;
    size_t n;
    int64_t total;
};

/* Letters and digits, and whatever is beyond ASCII. */
static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static int by_text(const void *a, const void *b)
{
    const struct word *one = a, *other = b;
    size_t len = one->len < other->len ? one->len : other->len;
    int order = memcmp(one->text, other->text, len);

    return order != 0 ? order : (one->len > other->len) - (one->len < other->len);
}

static int by_count(const void *a, const void *b)
{
    const struct word *one = a, *other = b;

    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    return by_text(a, b);
}

/* Each occurrence by itself; list has room for all. False when told to stop. */
static bool find_words(struct qn_job *job, const char *text, struct words *words)
{
    size_t len = strlen(text);

    for (size_t at = 0; at < len; at++) {
        size_t from = at;
        while (is_letter(text[at]))
            at++;
        if (at == from)
            continue;
        words->list[words->n++] = (struct word){.text = text + from, .len = at - from};
        if (words->n % PROGRESS_EVERY != 0)
            continue;
        if (qn_job_should_stop(job))
            return false;
        qn_job_progress(job, (int64_t)at, (int64_t)len, "reading");
    }
    words->total = (int64_t)words->n;
    return true;
}

/* The same words become one. */
static void count_words(struct words *words)
{
    size_t n = 0;

    qsort(words->list, words->n, sizeof(*words->list), by_text);
    for (size_t i = 0; i < words->n; i++) {
        if (n == 0 || by_text(&words->list[n - 1], &words->list[i]) != 0)
            words->list[n++] = words->list[i];
        words->list[n - 1].count++;
    }
    words->n = n;
    qsort(words->list, words->n, sizeof(*words->list), by_count);
}

/* Words hold nothing that JSON would want escaped. */
static void write_result(FILE *out, const struct words *words, size_t top)
{
    fprintf(out, "{\"words\":%" PRId64 ",\"different\":%zu,\"top\":[", words->total, words->n);
    for (size_t i = 0; i < words->n && i < top; i++)
        fprintf(out, "%s{\"word\":\"%.*s\",\"count\":%" PRId64 "}", i ? "," : "",
                (int)words->list[i].len, words->list[i].text, words->list[i].count);
    fputs("]}", out);
}

static enum qn_outcome fail(struct qn_job *job, enum qn_outcome outcome, const char *why)
{
    qn_job_error(job, "%s", why);
    return outcome;
}

static enum qn_outcome answer(struct qn_job *job, const struct words *words, size_t top)
{
    struct qn_err why = {.code = QN_OK};
    char *json = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&json, &len);

    if (!out)
        return fail(job, QN_RETRY, "out of memory");
    write_result(out, words, top);
    if (fclose(out) != 0)
        qn_fail(&why, QN_ENOMEM, "out of memory");
    else if (qn_job_result(job, json, len, &why) == QN_OK)
        qn_job_log(job, "%" PRId64 " words, %zu different ones", words->total, words->n);
    free(json);
    if (why.code == QN_OK)
        return QN_DONE;
    return fail(job, qn_err_is_transient(why.code) ? QN_RETRY : QN_FAIL, why.msg);
}

static enum qn_outcome run(struct qn_job *job)
{
    const char *text = qn_job_arg_string(job, "text");
    int64_t top = qn_job_arg_integer(job, "top", 10);
    struct words words = {.n = 0};
    enum qn_outcome outcome;

    if (top < 0 || top > 1000)
        return qn_job_reject(job, "top: %" PRId64 " is not 0 to 1000", top);
    words.list = calloc(strlen(text) / 2 + 1, sizeof(*words.list));
    if (!words.list)
        return fail(job, QN_RETRY, "out of memory");
    if (find_words(job, text, &words)) {
        count_words(&words);
        outcome = answer(job, &words, (size_t)top);
    } else {
        outcome = fail(job, QN_RETRY, "told to stop");
    }
    free(words.list);
    return outcome;
}

static const struct qn_param params[] = {
    {.name = "text", .type = QN_STRING, .required = true, .doc = "The text"},
    {.name = "top",
     .type = QN_INTEGER,
     .doc = "How many of the most frequent words are told, 0 to 1000",
     .preset = "10"},
    {.name = NULL},
};

static const struct qn_task wordcount = {
    .name = "text.wordcount",
    .summary = "Counts the words of a text",
    .params = params,
    .soft_limit_ms = 10000,
    .hard_limit_ms = 15000,
    .max_attempts = 3,
    .run = run,
};

static const struct qn_task *const tasks[] = {&wordcount, NULL};

QN_PLUGIN(tasks);
