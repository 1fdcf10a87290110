/* llm_probe.c - the client of language models, one line of answer a call, without a queue.
 *
 *   llm_probe URL [NAME=VALUE]...
 *
 * Options: key, model, fallback, profile, prices, redis, concurrency, rpm, budget_call, budget_job,
 * budget_key, budget_month (money), first_byte, idle, total, backoff (ms), context, ca_file;
 * of the request: times, stream, json, tokens, prompt, job, who, purpose, cached, valid (a text
 * that an answer must hold); stop_ms: the stop fd is readable after it; probe: GET /models.
 *
 * Each call prints one JSON object. After all of them one with the counters.
 */
#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "tasks/lib/llm/llm.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>

#define OPTIONS_MAX 40

static const char *words[OPTIONS_MAX];
static int n_words;

static const char *text(const char *name, const char *preset)
{
    size_t len = strlen(name);

    for (int i = 0; i < n_words; i++) {
        if (strncmp(words[i], name, len) == 0 && words[i][len] == '=') {
            return words[i] + len + 1;
        }
    }
    return preset;
}

static int64_t number(const char *name, int64_t preset)
{
    int64_t value = preset;

    return qn_str_to_i64(text(name, ""), &value) == QN_OK ? value : preset;
}

static int64_t money(const char *name)
{
    const char *word = text(name, "");
    int64_t micro = 0;

    return qn_llm_micro(word, strlen(word), &micro) == QN_OK ? micro : 0;
}

static void note(void *arg, const char *what)
{
    (void)arg;
    fprintf(stderr, "note: %s\n", what);
}

static void show_usage(const struct qn_llm_usage *usage)
{
    printf(",\"model\":\"%s\",\"prompt\":%lld,\"cached\":%lld,\"completion\":%lld,"
           "\"reasoning\":%lld,\"estimated\":%s,\"cost\":%lld,\"attempts\":%d,\"finish\":\"%s\","
           "\"from_cache\":%s,\"took_ms\":%lld",
           usage->model, (long long)usage->prompt, (long long)usage->cached,
           (long long)usage->completion, (long long)usage->reasoning,
           usage->estimated ? "true" : "false", (long long)usage->cost_micro, usage->attempts,
           usage->finish, usage->from_cache ? "true" : "false", (long long)usage->took_ms);
}

static void show(int rc, const struct qn_llm_reply *reply, const struct qn_err *err)
{
    struct qn_buf out;

    qn_buf_init(&out, (size_t)16 * 1024 * 1024);
    qn_json_add_string(&out, reply->text.data, reply->text.len);
    qn_buf_add_str(&out, ",\"thought\":");
    qn_json_add_string(&out, reply->reasoning.data, reply->reasoning.len);
    qn_buf_add_str(&out, ",\"error\":");
    qn_json_add_str(&out, rc == QN_OK ? "" : err->msg);
    printf("{\"rc\":\"%s\",\"class\":\"%s\",\"delay_ms\":%lld,\"valid\":%s,\"text\":%s",
           qn_err_name(rc), qn_llm_classes[reply->class].name, (long long)reply->delay_ms,
           reply->valid ? "true" : "false", out.data);
    show_usage(&reply->usage);
    printf("}\n");
    qn_buf_release(&out);
}

static bool holds(void *arg, struct qn_span answer)
{
    return memmem(answer.data, answer.len, arg, strlen(arg)) != NULL;
}

static void ask(struct qn_llm *llm)
{
    const char *prompt = text("prompt", "How many orders are there?");
    const struct qn_llm_message message = {"user", {prompt, strlen(prompt)}};
    char valid[200] = "";
    struct qn_llm_request request = {.purpose = (enum qn_llm_purpose)number("purpose", QN_LLM_SQL),
                                     .messages = &message,
                                     .n_messages = 1,
                                     .max_tokens = number("tokens", 0),
                                     .json = number("json", 0) != 0,
                                     .stream = number("stream", 0) != 0,
                                     .job = text("job", NULL),
                                     .key = text("who", NULL),
                                     .cached = number("cached", 0) != 0,
                                     .arg = valid};
    struct qn_err err = {.code = QN_OK};
    struct qn_llm_reply reply;
    int rc;

    if (text("valid", NULL) != NULL) {
        qn_str_copy(valid, sizeof(valid), text("valid", ""));
        request.valid = holds;
    }
    rc = qn_llm_ask(llm, &request, &reply, &err);
    show(rc, &reply, &err);
    qn_llm_reply_release(&reply);
}

static int fd_after(int64_t ms)
{
    const struct itimerspec when = {.it_value = {ms / 1000, ms % 1000 * 1000000}};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

    return fd >= 0 && timerfd_settime(fd, 0, &when, NULL) == 0 ? fd : -1;
}

static void show_counters(const struct qn_llm_counters *counters)
{
    int64_t retries = 0;

    for (size_t i = 0; i < QN_LLM_CLASSES; i++) {
        retries += counters->retries[i];
    }
    printf("{\"requests\":%lld,\"retries\":%lld,\"fallbacks\":%lld,\"cost\":%lld,\"hits\":%lld,"
           "\"misses\":%lld,\"shared_errors\":%lld,\"percent\":%lld,\"blocks\":%zu}\n",
           (long long)counters->requests, (long long)retries, (long long)counters->fallbacks,
           (long long)counters->cost_micro, (long long)counters->cache_hits,
           (long long)counters->cache_misses, (long long)counters->shared_errors,
           (long long)counters->budget_percent, qn_mem_live());
}

static void run(struct qn_llm *llm)
{
    struct qn_err err = {.code = QN_OK};

    qn_llm_heed(llm, number("stop_ms", 0) > 0 ? fd_after(number("stop_ms", 0)) : -1);
    if (number("probe", 0) != 0) {
        int rc = qn_llm_probe(llm, &err);

        printf("{\"rc\":\"%s\"}\n", qn_err_name(rc));
        fprintf(stderr, "%s\n", rc == QN_OK ? "" : err.msg);
    }
    for (int64_t i = 0; i < number("times", 1); i++) {
        ask(llm);
        fflush(stdout);
    }
    show_counters(qn_llm_counters(llm));
}

static struct qn_llm_options options_of(const char *url)
{
    return (struct qn_llm_options){.url = url,
                                   .key = text("key", ""),
                                   .model = text("model", "ok"),
                                   .fallback = text("fallback", ""),
                                   .profile = text("profile", "openai"),
                                   .prices = text("prices", "1000/100/10000"),
                                   .redis = text("redis", ""),
                                   .ca_file = text("ca_file", ""),
                                   .ns = "test",
                                   .concurrency = number("concurrency", 0),
                                   .rpm = number("rpm", 0),
                                   .context = number("context", 0),
                                   .budget_micro = {money("budget_call"), money("budget_job"),
                                                    money("budget_key"), money("budget_month")},
                                   .first_byte_ms = number("first_byte", 0),
                                   .idle_ms = number("idle", 0),
                                   .total_ms = number("total", 0),
                                   .backoff_ms = number("backoff", 1),
                                   .on_note = note};
}

int main(int argc, char **argv)
{
    struct qn_err err = {.code = QN_OK};
    struct qn_kv *kv = NULL;
    struct qn_llm *llm = NULL;
    struct qn_llm_options options;
    int rc = QN_OK;

    for (int i = 2; i < argc && n_words < OPTIONS_MAX; i++) {
        words[n_words++] = argv[i];
    }
    options = options_of(argc > 1 ? argv[1] : "");
    if (number("cached", 0) != 0) {
        rc = qn_kv_create(&kv, &(struct qn_kv_options){.url = options.redis, .ns = "test"}, &err);
        options.kv = kv;
    }
    if (rc == QN_OK && strcmp(options.url, "env") == 0) {
        rc = qn_llm_create_from_env(&llm, &options, &err);
    } else if (rc == QN_OK) {
        rc = qn_llm_create(&llm, &options, &err);
    }
    if (rc == QN_OK) {
        run(llm);
    } else {
        fprintf(stderr, "%s %s\n", qn_err_name(rc), err.msg);
    }
    qn_llm_free(llm);
    qn_kv_free(kv);
    return rc == QN_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
