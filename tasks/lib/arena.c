#include "arena.h"

#include "common/mem.h"
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)64 * 1024)

struct qn_arena_chunk {
    struct qn_arena_chunk *next;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

void qn_arena_init(struct qn_arena *arena, size_t max)
{
    *arena = (struct qn_arena){.max = max < SIZE_MAX / 2 ? max : SIZE_MAX / 2};
}

void qn_arena_release(struct qn_arena *arena)
{
    while (arena->chunks != NULL) {
        struct qn_arena_chunk *next = arena->chunks->next;

        qn_free(arena->chunks);
        arena->chunks = next;
    }
    arena->used = 0;
}

int qn_arena_status(const struct qn_arena *arena, const char *what, struct qn_err *reterr)
{
    if (arena->status == QN_ELIMIT) {
        return qn_fail(reterr, QN_ELIMIT, "%s is larger than %zu MiB", what, arena->max >> 20);
    }
    return arena->status == QN_OK ? QN_OK : qn_fail(reterr, QN_ENOMEM, "no memory for %s", what);
}

/* A chunk with room for size bytes at its end. One for a single large block goes behind the
 * first, whose room is not lost so. */
static struct qn_arena_chunk *chunk_for(struct qn_arena *arena, size_t size)
{
    struct qn_arena_chunk *chunk = arena->chunks, **link = &arena->chunks;
    bool alone = size > CHUNK_BYTES / 4;
    size_t fresh = alone ? size : CHUNK_BYTES;

    if (chunk != NULL && chunk->size - chunk->used >= size) {
        return chunk;
    }
    if (alone && chunk != NULL) {
        link = &chunk->next;
    }
    chunk = qn_alloc(sizeof(*chunk) + fresh);
    if (chunk == NULL) {
        arena->status = QN_ENOMEM;
        return NULL;
    }
    chunk->size = fresh;
    chunk->used = 0;
    chunk->next = *link;
    *link = chunk;
    return chunk;
}

void *qn_arena_alloc(struct qn_arena *arena, size_t count, size_t size)
{
    const size_t grain = alignof(max_align_t);
    struct qn_arena_chunk *chunk;
    size_t bytes;
    void *block;

    if (arena->status != QN_OK) {
        return NULL;
    }
    if (size == 0 || count > (arena->max - arena->used) / size) {
        arena->status = QN_ELIMIT;
        return NULL;
    }
    bytes = (count * size + grain - 1) / grain * grain;
    chunk = chunk_for(arena, bytes);
    if (chunk == NULL) {
        return NULL;
    }
    block = chunk->bytes + chunk->used;
    chunk->used += bytes;
    arena->used += bytes < arena->max - arena->used ? bytes : arena->max - arena->used;
    return memset(block, 0, bytes);
}

void *qn_arena_grow(struct qn_arena *arena, const void *items, size_t count, size_t size)
{
    void *block = qn_arena_alloc(arena, count + 1, size);

    if (block != NULL && count > 0) {
        memcpy(block, items, count * size);
    }
    return block;
}

const char *qn_arena_text(struct qn_arena *arena, const char *text, size_t len)
{
    char *copy = qn_arena_alloc(arena, len + 1, 1);

    if (copy == NULL) {
        return "";
    }
    if (len > 0) {
        memcpy(copy, text, len);
    }
    return copy;
}

const char *qn_arena_str(struct qn_arena *arena, const char *text)
{
    return text != NULL && text[0] != '\0' ? qn_arena_text(arena, text, strlen(text)) : "";
}

const char *qn_arena_printf(struct qn_arena *arena, const char *fmt, ...)
{
    va_list args;
    char *text;
    int len;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    text = len < 0 ? NULL : qn_arena_alloc(arena, (size_t)len + 1, 1);
    if (text == NULL) {
        return "";
    }
    va_start(args, fmt);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    va_end(args);
    return text;
}
