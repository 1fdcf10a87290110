/* programs.c - the parts that programs are wired from. */
#include "subject.h"

#include "api/server.h"
#include "beat/beat.h"
#include "broker-client/settings.h"
#include "worker/options.h"
#include "worker/supervisor.h"
#include <stdio.h>

static int open_broker(struct torture_room *room, struct qn_err *reterr)
{
    const struct qn_broker_options options = {.loop = room->loop,
                                              .clock = &qn_clock_system,
                                              .url = room->url,
                                              .namespace_ = "test",
                                              .program = "torture",
                                              .timeout_ms = 5000,
                                              .waits = true,
                                              .watches = true};
    struct qn_broker *it = NULL;
    int rc = qn_broker_open(&it, &options, reterr);

    if (rc == QN_OK)
        qn_broker_close(it);
    return rc;
}

static int beat(struct torture_room *room, struct qn_err *reterr)
{
    struct qn_zone_cache *zones = qn_zone_cache_create(NULL, &qn_clock_system, 1000);
    const struct beat_options options = {.broker = room->broker,
                                         .loop = room->loop,
                                         .clock = &qn_clock_system,
                                         .zones = zones,
                                         .lease_ms = 15000};
    struct beat *it = NULL;
    int rc = zones ? beat_create(&it, &options, reterr)
                   : qn_fail(reterr, QN_ENOMEM, "zones: out of memory");

    if (rc == QN_OK)
        beat_free(it);
    qn_zone_cache_free(zones);
    return rc;
}

static int api(struct torture_room *room, struct qn_err *reterr)
{
    static char name[] = "torture", port[] = "--port=0";
    char url[200];
    char *const words[] = {name, url, port, NULL};
    struct qn_config config = {0};
    struct api_server *it = NULL;
    int used;

    snprintf(url, sizeof(url), "--broker-url=%s", room->url);
    int rc = qn_settings_load(&config, QN_PROG_API, 3, words, &used, reterr);

    if (rc != QN_OK)
        return rc;
    rc = api_server_create(&it, &config, room->loop, reterr);
    if (rc == QN_OK)
        api_server_free(it);
    qn_config_release(&config);
    return rc;
}

static int supervisor(struct torture_room *room, struct qn_err *reterr)
{
    static char name[] = "torture", concurrency[] = "--concurrency=1";
    char url[200];
    char *const words[] = {name, url, concurrency, NULL};
    struct qn_config config = {0};
    struct worker_options options;
    struct worker_registry *registry = NULL;
    struct worker_supervisor *it = NULL;
    int used;

    snprintf(url, sizeof(url), "--broker-url=%s", room->url);
    int rc = qn_settings_load(&config, QN_PROG_WORKER, 3, words, &used, reterr);

    if (rc != QN_OK)
        return rc;
    rc = worker_options_read(&options, &config, reterr);
    if (rc == QN_OK)
        rc = worker_registry_create(&registry, NULL, reterr);
    if (rc == QN_OK)
        rc =
            worker_supervisor_create(&it, &options, registry, room->loop, &qn_clock_system, reterr);
    worker_supervisor_free(it);
    worker_registry_free(registry);
    qn_config_release(&config);
    return rc;
}

static const struct torture_subject subjects[] = {
    {.name = "broker: open", .needs_broker = true, .run = open_broker},
    {.name = "beat", .needs_broker = true, .run = beat},
    {.name = "api", .needs_broker = true, .run = api},
    /* the last one: it ends each child of this process, the Redis of the others too */
    {.name = "supervisor", .needs_broker = true, .only_mem = true, .run = supervisor},
};
const struct torture_table torture_programs = {"programs", subjects,
                                               sizeof(subjects) / sizeof(subjects[0])};
