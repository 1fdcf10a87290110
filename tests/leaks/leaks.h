/* leaks.h - a program whose memory is watched while it works. */
#ifndef TESTS_LEAKS_LEAKS_H
#define TESTS_LEAKS_LEAKS_H

#include "tests/support/redis_server.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Shared with the child that is watched. */
struct leaks_page {
    atomic_size_t blocks;
    atomic_uint asked, counted;
    atomic_int port; /* of the API */
    bool plant;
};

struct leaks_subject {
    const char *name, *unit;
    /* In the child; returns its exit code. */
    int (*serve)(const char *url, struct leaks_page *page);
    /* Has it do n pieces of work, after so many, and waits until they are done. */
    bool (*load)(const char *url, struct leaks_page *page, long n, long done);
};
extern const struct leaks_subject leaks_supervisor, leaks_api;

#endif
