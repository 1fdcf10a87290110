#include "upkeep.h"

#include "common/mem.h"
#include "common/url.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value != NULL ? value : "";
}

static int open_cache(struct upkeep *upkeep, const char *url, struct qn_err *reterr)
{
    const struct qn_rd_options options = {.url = url, .name = "quern-upkeep"};
    const struct qn_kv_options values = {.url = NULL};
    int rc = qn_rd_create(&upkeep->cache, &options, reterr);

    return rc == QN_OK ? qn_kv_create_from_env(&upkeep->values, &values, reterr) : rc;
}

int upkeep_init(void **ret_state, struct qn_err *reterr)
{
    const char *database = setting("QUERN_DATABASE_URL"), *cache = setting("QUERN_CACHE_URL");
    struct upkeep *upkeep = qn_zalloc(1, sizeof(*upkeep));
    int rc = QN_OK;

    if (upkeep == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for the connections of upkeep");
    }
    if (database[0] != '\0') {
        rc = qn_pg_create(&upkeep->pg, database, reterr);
    }
    if (rc == QN_OK && cache[0] != '\0') {
        rc = open_cache(upkeep, cache, reterr);
    }
    if (rc != QN_OK) {
        upkeep_done(upkeep);
        return rc;
    }
    *ret_state = upkeep;
    return QN_OK;
}

void upkeep_done(void *state)
{
    struct upkeep *upkeep = state;

    if (upkeep == NULL) {
        return;
    }
    qn_kv_free(upkeep->values);
    qn_rd_free(upkeep->cache);
    qn_pg_free(upkeep->pg);
    qn_free(upkeep);
}

int upkeep_need_database(const struct qn_job *job, struct qn_err *reterr)
{
    struct upkeep *upkeep = qn_job_state(job);

    if (upkeep->pg == NULL) {
        return qn_fail(reterr, QN_EINVAL, "QUERN_DATABASE_URL is not set");
    }
    return qn_pg_ready(upkeep->pg, qn_job_id(job), qn_job_stop_fd(job), reterr);
}

/* What the settings say. One server may have several addresses: see also holds_queues. */
static bool is_same_place(const char *cache, const char *broker)
{
    struct qn_url a, b;

    return qn_url_parse(cache, &a, NULL) == QN_OK && qn_url_parse(broker, &b, NULL) == QN_OK &&
           a.scheme == b.scheme && a.port == b.port && a.db == b.db && strcmp(a.host, b.host) == 0;
}

/* Programs leave the protocol's version where the queues are, under one key per namespace. */
static int holds_queues(struct upkeep *upkeep, bool *ret, struct qn_err *reterr)
{
    char key[UPKEEP_KEY_SIZE];
    struct qn_span args[] = {qn_rd_text("EXISTS"), {key, 0}};
    struct qn_rd_value answer;
    int rc;

    args[1].len = (size_t)snprintf(key, sizeof(key), "{%.32s}:proto", setting("QUERN_NAMESPACE"));
    rc = qn_rd_call(upkeep->cache, args, 2, &answer, reterr);
    if (rc == QN_OK) {
        *ret = answer.integer != 0;
    }
    return rc;
}

int upkeep_need_cache(const struct qn_job *job, struct qn_err *reterr)
{
    struct upkeep *upkeep = qn_job_state(job);
    bool broker = false;
    int rc;

    if (upkeep->cache == NULL) {
        return qn_fail(reterr, QN_EINVAL, "QUERN_CACHE_URL is not set");
    }
    qn_rd_heed(upkeep->cache, qn_job_stop_fd(job));
    qn_kv_heed(upkeep->values, qn_job_stop_fd(job));
    broker = is_same_place(setting("QUERN_CACHE_URL"), setting("QUERN_BROKER_URL"));
    rc = broker ? QN_OK : holds_queues(upkeep, &broker, reterr);
    if (rc == QN_OK && broker) {
        rc = qn_fail(reterr, QN_EINVAL,
                     "QUERN_CACHE_URL is the server and database of the queues: caches need "
                     "another one");
    }
    return rc;
}

void upkeep_key(char out[UPKEEP_KEY_SIZE], const char *name)
{
    snprintf(out, UPKEEP_KEY_SIZE, "%.32s:%s", setting("QUERN_NAMESPACE"), name);
}

bool upkeep_bounded(struct qn_job *job, const struct upkeep_bound *bound, int64_t *ret)
{
    *ret = qn_job_arg_integer(job, bound->name, bound->preset);
    if (*ret >= bound->least && *ret <= bound->most) {
        return true;
    }
    (void)qn_job_reject(job, "%s: must be %lld to %lld", bound->name, (long long)bound->least,
                        (long long)bound->most);
    return false;
}
