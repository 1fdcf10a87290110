/* worker.c - a worker whose jobs wait: for time to pass, or for an answer over HTTP.
 *
 * bench.sleep   ms: how long it sleeps
 * bench.call    url: what is asked for, with GET; anything but an answer of 200 is a failure
 *
 * It stands for the jobs of users that wait for others: a language model, a shop's API.
 */
#include <quern/job.h>
#include <quern/worker.h>

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>

#define CALL_TIMEOUT_MS 60000L

static enum qn_outcome run_sleep(struct qn_job *job)
{
    int64_t ms = qn_job_arg_integer(job, "ms", 0);
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
    return QN_DONE;
}

static int open_curl(void **ret_state, struct qn_err *reterr)
{
    (void)reterr;
    *ret_state = curl_easy_init();
    return *ret_state ? QN_OK : QN_ENOMEM;
}

static void close_curl(void *state)
{
    curl_easy_cleanup(state);
}

static size_t drop(char *bytes, size_t size, size_t n, void *arg)
{
    (void)bytes;
    (void)arg;
    return size * n;
}

static enum qn_outcome run_call(struct qn_job *job)
{
    CURL *curl = qn_job_state(job);
    long status = 0;

    curl_easy_setopt(curl, CURLOPT_URL, qn_job_arg_string(job, "url"));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, CALL_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status == 200)
        return QN_DONE;
    qn_job_error(job, "status %ld: %s", status, curl_easy_strerror(code));
    return QN_FAIL;
}

static const struct qn_param sleep_params[] = {
    {.name = "ms", .type = QN_INTEGER, .required = true, .doc = "how long it sleeps"},
    {.name = NULL},
};

static const struct qn_param call_params[] = {
    {.name = "url", .type = QN_STRING, .required = true, .doc = "what is asked for"},
    {.name = NULL},
};

static const struct qn_task sleep_task = {
    .name = "bench.sleep",
    .summary = "Sleeps",
    .params = sleep_params,
    .run = run_sleep,
};

static const struct qn_task call_task = {
    .name = "bench.call",
    .summary = "Waits for an answer over HTTP",
    .params = call_params,
    .max_attempts = 1,
    .init = open_curl,
    .run = run_call,
    .done = close_curl,
};

static const struct qn_task *const tasks[] = {&sleep_task, &call_task, NULL};

/* What libcurl allocates before the executors are forked, they share. */
int main(int argc, char **argv)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        fputs("bench_worker: libcurl does not start\n", stderr);
        return 1;
    }
    return qn_worker_main(argc, argv, tasks);
}
