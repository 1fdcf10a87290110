#include "examples_kept.h"

struct wanted {
    struct place *place;
    const struct qn_datasource *source;
};

/* A qn_kv_load_fn. */
static int load(struct qn_kv_load *load, void *arg, struct qn_err *reterr)
{
    const struct wanted *wanted = arg;
    struct qn_pg *quern;
    int rc = place_quern(wanted->place, &quern, reterr);

    rc = rc == QN_OK ? examples_read(quern, wanted->source->name, load->value, reterr) : rc;
    place_quern_end(wanted->place);
    return rc;
}

/* Another database under the same name has pairs of its own. */
static int get(struct wanted *wanted, struct qn_buf *out, struct qn_err *reterr)
{
    const struct qn_span parts[] = {qn_pg_text(wanted->source->name),
                                    qn_pg_text(wanted->source->url)};
    const struct qn_kv_request request = {
        .kind = &qn_kv_kinds[QN_KV_EXAMPLES],
        .parts = parts,
        .n_parts = 2,
        .group = wanted->source->name,
        .load = load,
        .arg = wanted,
    };
    struct qn_kv *kv = place_kv(wanted->place);
    struct qn_kv_load alone = {.value = out};

    return kv != NULL ? qn_kv_get(kv, &request, out, NULL, reterr) : load(&alone, wanted, reterr);
}

int examples_kept(struct examples *ret, struct place *place, const struct place_database *database,
                  struct qn_err *reterr)
{
    struct wanted wanted = {.place = place, .source = database->source};
    int rc;

    *ret = (struct examples){.n = 0};
    qn_buf_init(&ret->texts, EXAMPLES_BYTES_MAX);
    rc = get(&wanted, &ret->texts, reterr);
    return rc == QN_OK ? examples_take(ret, database->guard, database->model->hash, reterr) : rc;
}

int examples_changed(struct place *place, const char *datasource, struct qn_err *reterr)
{
    struct qn_kv *kv = place_kv(place);

    return kv != NULL ? qn_kv_invalidate(kv, &qn_kv_kinds[QN_KV_EXAMPLES], datasource, reterr)
                      : QN_OK;
}
