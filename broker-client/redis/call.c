#include "call.h"

#include "common/mem.h"
#include <string.h>

#define SHA_PLACE "0000000000000000000000000000000000000000"

struct qn_call *qn_call_create(int argc, qn_call_fn *on_answer, void *owner)
{
    struct qn_call *call = qn_zalloc(1, sizeof(*call));

    if (!call)
        return NULL;
    qn_buf_init(&call->bytes, QN_CALL_MAX);
    call->script = -1;
    call->on_answer = on_answer;
    call->owner = owner;
    qn_buf_printf(&call->bytes, "*%d\r\n", argc);
    return call;
}

struct qn_call *qn_call_create_script(enum qn_script script, const char *ns, const char *queue,
                                      const char *name, size_t n_args)
{
    int n_keys = qn_script_n_keys(script);
    struct qn_call *call = qn_call_create(3 + n_keys + (int)n_args, NULL, NULL);

    if (!call)
        return NULL;
    call->script = (int)script;
    qn_call_add_str(call, "EVALSHA");
    qn_call_add_str(call, SHA_PLACE);
    qn_call_add_i64(call, n_keys);
    for (int i = 0; i < n_keys; i++)
        qn_call_add_key(call, ns, queue, (enum qn_key)qn_scripts[script].keys[i],
                        i == n_keys - 1 ? name : NULL);
    return call;
}

void qn_call_free(struct qn_call *call)
{
    if (!call)
        return;
    qn_buf_release(&call->bytes);
    qn_free(call);
}

void qn_call_add(struct qn_call *call, const void *word, size_t len)
{
    qn_buf_printf(&call->bytes, "$%zu\r\n", len);
    if (len > 0)
        qn_buf_add(&call->bytes, word, len);
    qn_buf_add(&call->bytes, "\r\n", 2);
}

void qn_call_add_str(struct qn_call *call, const char *word)
{
    qn_call_add(call, word, strlen(word));
}

void qn_call_add_i64(struct qn_call *call, int64_t word)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%lld", (long long)word);

    qn_call_add(call, text, (size_t)len);
}

void qn_call_add_span(struct qn_call *call, struct qn_span word)
{
    qn_call_add(call, word.data, word.len);
}

void qn_call_add_key(struct qn_call *call, const char *ns, const char *queue, enum qn_key key,
                     const char *name)
{
    char text[QN_KEY_SIZE];

    qn_key_make(text, ns, queue, key, name);
    qn_call_add_str(call, text);
}

void qn_call_set_sha(struct qn_call *call, const char sha[QN_SHA_LEN])
{
    char *at = strstr(call->bytes.data, "EVALSHA\r\n$40\r\n");

    if (at)
        memcpy(at + strlen("EVALSHA\r\n$40\r\n"), sha, QN_SHA_LEN);
}

void qn_calls_init(struct qn_calls *calls)
{
    *calls = (struct qn_calls){0};
    calls->tail = &calls->head;
}

void qn_calls_push(struct qn_calls *calls, struct qn_call *call)
{
    call->next = NULL;
    *calls->tail = call;
    calls->tail = &call->next;
    if (!calls->unsent)
        calls->unsent = call;
    calls->n++;
    calls->bytes += call->bytes.len;
}

struct qn_call *qn_calls_pop(struct qn_calls *calls)
{
    struct qn_call *call = calls->head;

    if (call)
        qn_calls_remove(calls, call);
    return call;
}

bool qn_calls_remove(struct qn_calls *calls, struct qn_call *call)
{
    struct qn_call **at = &calls->head;

    while (*at && *at != call)
        at = &(*at)->next;
    if (!*at)
        return false;
    *at = call->next;
    if (calls->tail == &call->next)
        calls->tail = at;
    if (calls->unsent == call)
        calls->unsent = call->next;
    call->next = NULL;
    calls->n--;
    calls->bytes -= call->bytes.len;
    return true;
}
