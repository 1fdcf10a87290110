#include "call.h"

#include "common/mem.h"
#include <string.h>

#define DIGITS_MAX 20 /* of 64 bits */
#define LIST_ALIGN 16
#define SHA_PLACE  "0000000000000000000000000000000000000000"

/* Up to end; its first digit. A printf here would cost more than all the rest of a command. */
static char *write_digits(char *end, uint64_t value)
{
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return end;
}

/* "$123\r\n", as it stands before each word. */
static void add_count(struct qn_buf *out, char mark, size_t count)
{
    char text[DIGITS_MAX + 3];
    char *end = text + sizeof(text);

    end[-2] = '\r';
    end[-1] = '\n';
    char *at = write_digits(end - 2, count);
    *--at = mark;
    qn_buf_add(out, at, (size_t)(end - at));
}

/* One that is done, with the memory for its bytes, or a new one. */
static struct qn_call *get_call(struct qn_call_pool *pool)
{
    struct qn_call *call = pool ? pool->first : NULL;

    if (!call) {
        call = qn_zalloc(1, sizeof(*call));
        if (call)
            qn_buf_init(&call->bytes, QN_CALL_MAX);
        return call;
    }
    pool->first = call->next;
    pool->n--;
    const struct qn_call done = *call;
    *call =
        (struct qn_call){.bytes = done.bytes, .lists = done.lists, .lists_size = done.lists_size};
    qn_buf_reset(&call->bytes);
    return call;
}

struct qn_call *qn_call_create(struct qn_call_pool *pool, size_t argc, qn_call_fn *on_answer,
                               void *owner)
{
    struct qn_call *call = get_call(pool);

    if (!call)
        return NULL;
    call->pool = pool;
    call->script = -1;
    call->on_answer = on_answer;
    call->owner = owner;
    add_count(&call->bytes, '*', argc);
    return call;
}

struct qn_call *qn_call_create_script(struct qn_call_pool *pool, enum qn_script script,
                                      const struct qn_call_place *place, size_t n_args)
{
    int n_keys = qn_script_n_keys(script);
    struct qn_call *call = qn_call_create(pool, 3 + (size_t)n_keys + n_args, NULL, NULL);

    if (!call)
        return NULL;
    call->script = (int)script;
    qn_call_add_str(call, "EVALSHA");
    qn_call_add_str(call, SHA_PLACE);
    qn_call_add_i64(call, n_keys);
    for (int i = 0; i < n_keys; i++)
        qn_call_add_key(call, place->ns, place->queue, (enum qn_key)qn_scripts[script].keys[i],
                        i == n_keys - 1 ? place->name : NULL);
    return call;
}

static void drop(struct qn_call *call)
{
    qn_buf_release(&call->bytes);
    qn_free(call->lists);
    qn_free(call);
}

void *qn_call_list(struct qn_call *call, size_t n, size_t size)
{
    size_t bytes = (n * size + LIST_ALIGN - 1) / LIST_ALIGN * LIST_ALIGN;
    char *list = call->lists_size - call->lists_used < bytes ? NULL : call->lists;

    call->lists_wanted += bytes;
    if (!list)
        return NULL;
    list += call->lists_used;
    call->lists_used += bytes;
    memset(list, 0, bytes);
    return list;
}

/* Before it is kept: what its answer needed, the next one's will too. */
static void grow_lists(struct qn_call *call)
{
    if (call->lists_wanted <= call->lists_size || call->lists_wanted > QN_CALL_KEEP_MAX)
        return;
    qn_free(call->lists);
    call->lists = qn_alloc(call->lists_wanted);
    call->lists_size = call->lists ? call->lists_wanted : 0;
}

void qn_call_free(struct qn_call *call)
{
    struct qn_call_pool *pool = call ? call->pool : NULL;

    if (!call)
        return;
    if (!pool || pool->n == QN_CALL_POOL_MAX || call->bytes.cap > QN_CALL_KEEP_MAX) {
        drop(call);
        return;
    }
    grow_lists(call);
    call->next = pool->first;
    pool->first = call;
    pool->n++;
}

void qn_call_pool_release(struct qn_call_pool *pool)
{
    struct qn_call *call;

    while ((call = pool->first) != NULL) {
        pool->first = call->next;
        drop(call);
    }
    pool->n = 0;
}

void qn_call_add(struct qn_call *call, const void *word, size_t len)
{
    add_count(&call->bytes, '$', len);
    qn_buf_add(&call->bytes, word, len);
    qn_buf_add(&call->bytes, "\r\n", 2);
}

void qn_call_add_str(struct qn_call *call, const char *word)
{
    qn_call_add(call, word, strlen(word));
}

void qn_call_add_i64(struct qn_call *call, int64_t word)
{
    char text[DIGITS_MAX + 1];
    char *end = text + sizeof(text);
    char *at = write_digits(end, word < 0 ? -(uint64_t)word : (uint64_t)word);

    if (word < 0)
        *--at = '-';
    qn_call_add(call, at, (size_t)(end - at));
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
