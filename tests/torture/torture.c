/* torture.c - torture [--only NAME] [TABLE...]: runs every subject of the tables. */
#include "subject.h"

#include "common/mem.h"
#include "tests/support/redis_server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NTH_MAX 20000

static struct redis_server server;

static void die(const char *name, const char *what, size_t nth, const struct qn_err *err)
{
    printf("%s: allocation %zu: %s: %s\n", name, nth, what, err ? err->msg : "");
    redis_server_stop(&server);
    exit(1);
}

static void enter(struct torture_room *room, const struct torture_subject *subject)
{
    static const struct qn_clock *const clock = &qn_clock_system;
    struct qn_err err;

    if (qn_loop_create(&room->loop, &err) != QN_OK)
        die(subject->name, "loop", 0, &err);
    if (subject->needs_broker) {
        const struct qn_broker_options options = {.loop = room->loop,
                                                  .clock = clock,
                                                  .url = room->url,
                                                  .namespace_ = "test",
                                                  .program = "torture",
                                                  .timeout_ms = 5000,
                                                  .watches = true};
        if (*room->url == 'u')
            redis_server_do(&server, "FLUSHALL");
        if (qn_broker_open(&room->broker, &options, &err) != QN_OK)
            die(subject->name, "broker", 0, &err);
        torture_fill(room);
        torture_forget_calls(room->broker);
    }
    if (subject->prepare)
        subject->prepare(room);
}

static void leave(struct torture_room *room, const struct torture_subject *subject)
{
    if (subject->clean)
        subject->clean(room);
    qn_broker_close(room->broker);
    qn_loop_free(room->loop);
}

/* True: it was done without a failure. */
static bool once(const char *url, const struct torture_subject *subject, size_t nth)
{
    struct torture_room room = {.url = url};
    struct qn_err err = {0};
    size_t live = qn_mem_live();

    enter(&room, subject);
    size_t count = qn_mem_count();
    qn_mem_fail_at(nth, 0);
    int rc = subject->run(&room, &err);
    qn_mem_fail_at(0, 0);
    bool failed = qn_mem_count() - count >= nth;
    if (rc != QN_OK && (rc != QN_ENOMEM || !failed))
        die(subject->name, qn_err_name(rc), nth, &err);
    if (rc != QN_OK && !*err.msg)
        die(subject->name, "it does not say why", nth, NULL);
    if (rc != QN_OK && subject->run(&room, &err) != QN_OK)
        die(subject->name, "with memory again", nth, &err);
    leave(&room, subject);
    if (qn_mem_live() != live)
        die(subject->name, "blocks stay behind", nth, NULL);
    return !failed;
}

static void torture(const char *url, const struct torture_subject *subject)
{
    size_t nth = 1;

    while (!once(url, subject, nth)) {
        if (++nth > NTH_MAX)
            die(subject->name, "it never ends", nth, NULL);
    }
    if (nth == 1)
        die(subject->name, "it allocates nothing, which shows nothing", nth, NULL);
    printf("%-6.5s %-40s %zu allocations\n", subject->needs_broker ? url : "", subject->name,
           nth - 1);
}

static void run_table(const struct torture_table *table, const char *only)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct torture_subject *subject = &table->subjects[i];
        if (only && strcmp(only, subject->name) != 0)
            continue;
        torture("mem:torture", subject);
        if (subject->needs_broker && !subject->only_mem)
            torture(server.url, subject);
    }
}

int main(int argc, char **argv)
{
    static const struct torture_table *const tables[] = {
        &torture_parts, &torture_broker, &torture_client, &torture_http, &torture_programs};
    const char *only = argc == 3 && strcmp(argv[1], "--only") == 0 ? argv[2] : NULL;

    setvbuf(stdout, NULL, _IOLBF, 0);
    redis_server_start(&server);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (argc != 2 || strcmp(argv[1], tables[i]->name) == 0)
            run_table(tables[i], only);
    }
    redis_server_stop(&server);
    return 0;
}
