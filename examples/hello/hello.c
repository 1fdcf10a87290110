#include "hello.h"

#include <inttypes.h>
#include <quern/job.h>
#include <stdio.h>
#include <string.h>

/* One line of the letter per greeting. False when the soft limit or a cancel came. */
static bool write_letter(struct qn_job *job, FILE *letter, const char *name, int64_t times)
{
    for (int64_t i = 0; i < times; i++) {
        if (qn_job_should_stop(job))
            return false;
        qn_job_progress(job, i, times, "greeting");
        fprintf(letter, "Hello, %s!\n", name);
    }
    return true;
}

static enum qn_outcome fail(struct qn_job *job, const struct qn_err *why)
{
    qn_job_error(job, "%s", why->msg);
    return qn_err_is_transient(why->code) ? QN_RETRY : QN_FAIL;
}

static enum qn_outcome greet(struct qn_job *job)
{
    const char *name = qn_job_arg_string(job, "name");
    int64_t times = qn_job_arg_integer(job, "times", 1);
    struct qn_artifact *artifact;
    struct qn_err why;
    FILE *letter;
    char result[64];

    if (times < 1 || times > 1000)
        return qn_job_reject(job, "times: %" PRId64 " is not 1 to 1000", times);
    qn_job_log(job, "greeting %s, attempt %d", name, qn_job_attempt(job));
    if (qn_job_artifact_open(job, "letter.txt", "text/plain; charset=utf-8", &artifact, &letter,
                             &why) != QN_OK)
        return fail(job, &why);
    if (!write_letter(job, letter, name, times)) {
        qn_job_error(job, "told to stop");
        return QN_RETRY; /* the artifact, still open, is abandoned */
    }
    if (qn_job_artifact_commit(artifact, &why) != QN_OK)
        return fail(job, &why);
    snprintf(result, sizeof(result), "{\"greetings\":%" PRId64 "}", times);
    if (qn_job_result(job, result, strlen(result), &why) != QN_OK)
        return fail(job, &why);
    return QN_DONE;
}

static const struct qn_param greet_params[] = {
    {.name = "name", .type = QN_STRING, .required = true, .doc = "Who is greeted"},
    {.name = "times", .type = QN_INTEGER, .doc = "How often, 1 to 1000", .preset = "1"},
    {.name = NULL},
};

const struct qn_task hello_task = {
    .name = "hello.greet",
    .summary = "Greets somebody and writes a letter",
    .params = greet_params,
    .soft_limit_ms = 25000,
    .hard_limit_ms = 30000,
    .max_attempts = 3,
    .run = greet,
};
