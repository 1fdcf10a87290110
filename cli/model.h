/* model.h - semantic models, as workers publish them in files below artifact-dir
 * (docs/protocol.md has the form).
 *
 * Not here: how they look (model_view.h); changing them (model_change.c).
 */
#ifndef CLI_MODEL_H
#define CLI_MODEL_H

#include "cli.h"
#include "common/buf.h"

#define CLI_MODEL_NAME_MAX  64
#define CLI_MODEL_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define CLI_MODELS_MAX      1000

/* What a datasource may be called: 1-64 of [a-z0-9_-], a letter first. */
QN_MUST_CHECK int cli_model_name(const char *name, struct qn_err *reterr);

/* The names of all that are published, sorted; at most CLI_MODELS_MAX. */
struct cli_model_names {
    char all[CLI_MODELS_MAX][CLI_MODEL_NAME_MAX + 1];
    size_t n;
};
QN_MUST_CHECK int cli_model_list(const struct qn_config *config, struct cli_model_names *ret,
                                 struct qn_err *reterr);

/* The index of one, checked, into an empty buffer. QN_ENOTFOUND says what there is to do. */
QN_MUST_CHECK int cli_model_index(const struct qn_config *config, const char *name,
                                  struct qn_buf *out, struct qn_err *reterr);
/* The index' entry of a version: "current", "newest", "approved" or its number. */
QN_MUST_CHECK int cli_model_pick(struct qn_span index, const char *which, struct qn_span *ret,
                                 struct qn_err *reterr);

/* One version in one form. */
struct cli_model_wanted {
    const char *name;
    const char *which;  /* as for cli_model_pick */
    const char *suffix; /* of its file: "json" */
    char state[16];     /* set: "draft", "approved"; the file has the one of when it was made */
};
/* Its file, into a buffer; JSON is checked. */
QN_MUST_CHECK int cli_model_read(const struct qn_config *config, struct cli_model_wanted *wanted,
                                 struct qn_buf *out, struct qn_err *reterr);

/* Bytes as they are; on a terminal without what would control it. */
void cli_model_print_bytes(const struct cli_term *term, struct qn_span bytes);

/* model.c: prints a version as cli says; table NULL: the whole. */
QN_MUST_CHECK int cli_model_show(const struct cli *cli, const char *name, const char *which,
                                 const char *table, struct qn_err *reterr);

/* model_diff.c: what differs from one model's JSON to another's, by names: fn gets each, sorted.
 * sign '+': there is a new one, '-': one is gone, '~': another value; before and after are JSON
 * then, len 0 where there is none. Numbers of rows, shares and scores are no difference. */
typedef void cli_model_diff_fn(void *arg, char sign, const char *what, struct qn_span before,
                               struct qn_span after);
QN_MUST_CHECK int cli_model_diff(struct qn_span from, struct qn_span to, cli_model_diff_fn *fn,
                                 void *arg, struct qn_err *reterr);

/* model_set.c: PATH=VALUE words as one document of edits. */
QN_MUST_CHECK int cli_model_set(const char *const *words, size_t n, struct qn_buf *out,
                                struct qn_err *reterr);

#endif
