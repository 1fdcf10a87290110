#include "replies.h"

#include "common/mem.h"
#include <stdalign.h>
#include <string.h>

#define ELEMENTS_MAX (1024 * 1024) /* of one array: far more than a script answers */

#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#else
typedef int element_count;
#endif

struct qn_replies_block {
    struct qn_replies_block *next;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

void qn_replies_init(struct qn_replies *replies)
{
    replies->block = NULL;
}

static void free_blocks(struct qn_replies_block *block)
{
    while (block) {
        struct qn_replies_block *next = block->next;
        qn_free(block);
        block = next;
    }
}

void qn_replies_release(struct qn_replies *replies)
{
    free_blocks(replies->block);
    replies->block = NULL;
}

/* An answer that needed more than one block is rare, and so large that this costs little. */
void qn_replies_reset(struct qn_replies *replies)
{
    struct qn_replies_block *block = replies->block;

    if (!block)
        return;
    if (block->next || block->size > QN_REPLIES_KEEP)
        qn_replies_release(replies);
    else
        block->used = 0;
}

static struct qn_replies_block *add_block(struct qn_replies *replies, size_t least)
{
    size_t size = least > QN_REPLIES_KEEP ? least : QN_REPLIES_KEEP;
    struct qn_replies_block *block = qn_alloc(sizeof(*block) + size);

    if (!block)
        return NULL;
    *block = (struct qn_replies_block){.next = replies->block, .size = size};
    replies->block = block;
    return block;
}

static void *take(struct qn_replies *replies, size_t size)
{
    size_t rounded =
        (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct qn_replies_block *block = replies->block;

    if (rounded < size)
        return NULL;
    if (!block || block->size - block->used < rounded)
        block = add_block(replies, rounded);
    if (!block)
        return NULL;
    void *memory = block->bytes + block->used;
    block->used += rounded;
    return memory;
}

/* ---- what hiredis asks for ---- */

static redisReply *make(const redisReadTask *task, int type)
{
    redisReply *reply = take(task->privdata, sizeof(*reply));

    if (!reply)
        return NULL;
    *reply = (redisReply){.type = type};
    if (task->parent) {
        redisReply *parent = task->parent->obj;
        parent->element[task->idx] = reply;
    }
    return reply;
}

static void *make_string(const redisReadTask *task, char *text, size_t len)
{
    char *copy = take(task->privdata, len + 1);
    redisReply *reply = copy ? make(task, task->type) : NULL;

    if (!reply)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    reply->str = copy;
    reply->len = len;
    return reply;
}

static void *make_array(const redisReadTask *task, element_count n)
{
    size_t bytes = (size_t)n * sizeof(redisReply *);

    if ((size_t)n > ELEMENTS_MAX)
        return NULL;
    redisReply **elements = n > 0 ? take(task->privdata, bytes) : NULL;
    redisReply *reply = n == 0 || elements ? make(task, REDIS_REPLY_ARRAY) : NULL;

    if (!reply)
        return NULL;
    if (n > 0)
        memset(elements, 0, bytes);
    reply->element = elements;
    reply->elements = (size_t)n;
    return reply;
}

static void *make_integer(const redisReadTask *task, long long value)
{
    redisReply *reply = make(task, REDIS_REPLY_INTEGER);

    if (reply)
        reply->integer = value;
    return reply;
}

static void *make_nil(const redisReadTask *task)
{
    return make(task, REDIS_REPLY_NIL);
}

static void free_nothing(void *reply)
{
    (void)reply;
}

/* hiredis 1 knows types of RESP3 as well, which nobody asks for here. */
static redisReplyObjectFunctions functions = {
    .createString = make_string,
    .createArray = make_array,
    .createInteger = make_integer,
    .createNil = make_nil,
    .freeObject = free_nothing,
};

void qn_replies_serve(struct qn_replies *replies, redisReader *reader)
{
    reader->fn = &functions;
    reader->privdata = replies;
    reader->maxbuf = QN_REPLIES_KEEP;
}
