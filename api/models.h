/* models.h - semantic models of datasources, as workers publish them in files.
 *
 *   artifact-dir/models/NAME/index.json         versions, the newest first
 *   artifact-dir/models/NAME/V.json, V.yaml...  one of them in each form
 *
 * Each file is renamed into its place, so what is opened is whole; a version whose file has gone
 * since the index was read is asked for again with the next index. docs/protocol.md has the form.
 *
 * Not here: making models. They are PostgreSQL's, and changed by jobs (models_change.c).
 */
#ifndef API_MODELS_H
#define API_MODELS_H

#include "api/problem.h"

#define API_MODEL_NAME_MAX  64
#define API_MODEL_INDEX_MAX ((size_t)1024 * 1024)
#define API_MODEL_HASH_MAX  64

struct api_model_form {
    const char *name;   /* "markdown", of ?format= */
    const char *suffix; /* "md" */
    const char *type;   /* of the answer */
};

#define API_MODEL_FORMS 5
extern const struct api_model_form api_model_forms[API_MODEL_FORMS]; /* JSON first */

/* What a datasource may be called: 1-64 of [a-z0-9_-], a letter first. */
bool api_model_name_ok(const char *name);

/* By its name; NULL: there is none. */
const struct api_model_form *api_model_form(const char *name);
/* By an Accept header: of what it takes the form with the greatest q, the first of equals;
 * JSON when it takes none, or NULL. */
const struct api_model_form *api_model_accepted(const char *accept);

struct api_model {
    int64_t version;
    bool approved;
    char hash[API_MODEL_HASH_MAX + 1];
    struct qn_span entry; /* of the index, borrowed */
};

/* Which version of an index that passed the check: "current", "newest", "approved" or its number.
 * QN_EINVAL and a fault. */
QN_MUST_CHECK int api_model_pick(struct qn_span index, const char *which, struct api_model *ret,
                                 struct api_fault *fault);
/* {"datasource":...,"current":...}: an index as a row of the list; false: it makes no sense. */
bool api_model_row(struct qn_span index, const char *name, struct qn_buf *out);

/* A strong entity tag in quotes: hash, version, form and state, "HASH.V.json" of a draft,
 * "HASH.V.json.approved", and behind them size and time of the open file: the same version is
 * written again with other numbers. */
#define API_MODEL_ETAG_SIZE (API_MODEL_HASH_MAX + 112)
void api_model_etag(const struct api_model *model, const struct api_model_form *form, int fd,
                    char out[API_MODEL_ETAG_SIZE]);
/* The hash of an If-Match: such a tag, or a hash in quotes; "" for "*". False: neither. */
bool api_model_if_match(const char *text, char out[API_MODEL_HASH_MAX + 1]);

#endif
