#include "mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Atomic, since a producer may use the client library on several threads. */
static atomic_size_t live;
static atomic_size_t count;
static atomic_size_t fail_in; /* 0: never */
static atomic_bool fail_on;

static bool must_fail(void)
{
    size_t left = atomic_load_explicit(&fail_in, memory_order_relaxed);

    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
    if (left == 0) {
        return false;
    }
    if (left > 1) {
        atomic_store(&fail_in, left - 1);
        return false;
    }
    if (!atomic_load(&fail_on)) {
        atomic_store(&fail_in, 0);
    }
    return true;
}

static void *born(void *block)
{
    if (block != NULL) {
        atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    }
    return block;
}

void *qn_alloc(size_t size)
{
    return must_fail() ? NULL : born(malloc(size > 0 ? size : 1));
}

void *qn_zalloc(size_t count_, size_t size)
{
    if (must_fail() || (size > 0 && count_ > SIZE_MAX / size)) {
        return NULL;
    }
    if (count_ == 0 || size == 0) {
        count_ = size = 1;
    }
    return born(calloc(count_, size));
}

void *qn_realloc(void *block, size_t size)
{
    void *grown;

    if (must_fail()) {
        return NULL;
    }
    grown = realloc(block, size > 0 ? size : 1);
    return block == NULL ? born(grown) : grown;
}

void *qn_realloc_array(void *block, size_t count_, size_t size)
{
    if (size > 0 && count_ > SIZE_MAX / size) {
        return NULL;
    }
    return qn_realloc(block, count_ * size);
}

char *qn_strdup(const char *text)
{
    return qn_strndup(text, strlen(text));
}

char *qn_strndup(const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? qn_alloc(len + 1) : NULL;

    if (copy == NULL) {
        return NULL;
    }
    if (len > 0) {
        memcpy(copy, text, len);
    }
    copy[len] = '\0';
    return copy;
}

void qn_free(void *block)
{
    if (block != NULL) {
        atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
        free(block);
    }
}

void qn_mem_fail_at(size_t nth, int forever)
{
    atomic_store(&fail_on, forever != 0);
    atomic_store(&fail_in, nth);
}

size_t qn_mem_live(void)
{
    return atomic_load(&live);
}

size_t qn_mem_count(void)
{
    return atomic_load(&count);
}
