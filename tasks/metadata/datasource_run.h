/* datasource_run.h - what the verbs of quern-worker datasource share, for datasource_*.c only. */
#ifndef TASKS_METADATA_DATASOURCE_RUN_H
#define TASKS_METADATA_DATASOURCE_RUN_H

#include "datasource_words.h"

#define DATASOURCE_OUT_MAX ((size_t)16 * 1024 * 1024)

struct datasource_run {
    const struct datasource_words *words;
    struct qn_pg *home;       /* Quern's own database */
    const char *artifact_dir; /* "" none */
    struct qn_buf out;        /* for stdout */
    bool bad;                 /* something is wrong there, though all was done */
};

typedef int datasource_verb_fn(struct datasource_run *run, struct qn_err *reterr);
datasource_verb_fn datasource_add, datasource_list_all, datasource_show, datasource_check,
    datasource_set, datasource_remove;

/* ---- changing one ---- */

/* Begins a transaction on home that nobody shares this name with, and loads the record. */
QN_MUST_CHECK int datasource_lock(struct datasource_run *run, struct datasource_record *record,
                                  struct qn_err *reterr);
/* Commits unless rc says that something failed; returns how it ended. */
int datasource_end(struct datasource_run *run, int rc, struct qn_err *reterr);

/* Connects by the words' url; to be freed with qn_pg_free. */
QN_MUST_CHECK int datasource_open(struct datasource_run *run, struct qn_pg **ret,
                                  struct qn_err *reterr);
/* quern_NAME, or what was said. The text is the record's. QN_EINVAL when it is too long. */
QN_MUST_CHECK int datasource_name_role(struct datasource_run *run, struct datasource_record *record,
                                       struct qn_err *reterr);
/* Time zone and hints. */
QN_MUST_CHECK int datasource_check_record(struct datasource_run *run,
                                          const struct datasource_record *record,
                                          struct qn_err *reterr);

/* ---- telling ---- */

/* verdicts: objects with commas between, as qn_verdict_add makes them. */
void datasource_tell_verdicts(struct qn_buf *out, const struct qn_buf *verdicts);
/* An object, without its address's secrets. */
void datasource_tell_json(struct qn_buf *out, const struct datasource_record *record);
void datasource_tell_text(struct qn_buf *out, const struct datasource_record *record);

#endif
