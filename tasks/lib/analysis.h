/* analysis.h - from a connection to a semantic model: catalogue, profiles, relations, words.
 *
 * For who needs a model of a database: metadata.analyze stores it, the nl2sql tasks make one for
 * a database that has none stored. Each step is a module of its own; this one puts them in order
 * and keeps the limits:
 *
 * - what is hidden is not read: neither profiled nor probed;
 * - a table's profile comes from the keeper when it has one that is good enough, else it is made
 *   and given to the keeper at once, so that a run that is repeated goes on where it was;
 * - while more than QN_PROFILE_LOAD_MAX of the server's connections work, the next table waits, at
 *   most wait_ms, and then gets the statistics tier; after that no other table waits;
 * - after profile_ms in all, waits included, the tables that are left get the statistics tier; so
 *   do views after QN_ANALYSIS_VIEWS_MS of views, since nobody knows what one costs.
 *
 * Not here: where models and profiles are kept (model_store.h, tasks/metadata/checkpoint.h).
 */
#ifndef TASKS_LIB_ANALYSIS_H
#define TASKS_LIB_ANALYSIS_H

#include "tasks/lib/hidden.h"
#include "tasks/lib/model/model.h"

#define QN_ANALYSIS_WAIT_MS           30000
#define QN_ANALYSIS_QUERY_MS          30000
#define QN_ANALYSIS_TABLE_MS          120000
#define QN_ANALYSIS_PROFILE_MS        1200000
#define QN_ANALYSIS_VIEWS_MS          60000
#define QN_ANALYSIS_RELATION_MS       20000 /* for relations, and for each table */
#define QN_ANALYSIS_TABLE_RELATION_MS 50

/* Where profiles of earlier runs are. Texts and memory as in profile.h. */
struct qn_analysis_keeper {
    void *arg;
    /* Sets *ret_there; a failure ends the analysis. */
    int (*load)(void *arg, const struct qn_catalog_table *table, struct qn_profile_table *ret,
                struct qn_arena *arena, bool *ret_there, struct qn_err *reterr);
    int (*save)(void *arg, const struct qn_catalog_table *table,
                const struct qn_profile_table *profile, struct qn_err *reterr);
};

struct qn_analysis_wish {
    struct qn_model_options model;
    struct qn_catalog_choice choice;
    /* Patterns of hidden.h: what the datasource hides, and what people hid before. What hints hide
     * is taken from them. */
    const char *hide;               /* JSON [...], "" or NULL: none */
    const struct qn_hidden *hidden; /* NULL: none */
    enum qn_profile_tier tier;      /* QN_PROFILE_NONE: the catalogue alone */
    bool declared_only;             /* relations: no inference */
    int64_t query_ms;               /* of a statement; 0: the preset */
    int64_t profile_ms;             /* of all profiles; 0: the preset */
    int64_t wait_ms;                /* for a busy server; 0: the preset */
    int64_t now_ms;                 /* wall */
    struct qn_span hints;
    const struct qn_analysis_keeper *keeper; /* NULL: none */
    int stop_fd;                             /* -1 none: heeded while waiting */
    void *arg;                               /* of progress */
    void (*progress)(void *arg, int64_t done, int64_t total, const char *text); /* may be NULL */
};

enum qn_analysis_step {
    QN_ANALYSIS_CATALOG,
    QN_ANALYSIS_PROFILE,
    QN_ANALYSIS_RELATIONS,
    QN_ANALYSIS_MODEL,
    QN_ANALYSIS_STEPS,
};
extern const char *const qn_analysis_step_names[QN_ANALYSIS_STEPS]; /* "catalogue", ... */

struct qn_analysis {
    struct qn_catalog *catalog;
    struct qn_arena arena;             /* of the profiles */
    struct qn_profile_table *profiles; /* as the catalogue's tables */
    size_t kept;                       /* profiles that came from the keeper */
    struct qn_relations *relations;
    struct qn_model *model; /* hints merged; not sealed */
    int64_t ms[QN_ANALYSIS_STEPS];
};

/* pg: after qn_pg_ready. To be freed with qn_analysis_free, also after a failure. Errors: those
 * of the steps; QN_EINVAL for hints that are none. */
QN_MUST_CHECK int qn_analysis_run(struct qn_analysis *ret, struct qn_pg *pg,
                                  const struct qn_analysis_wish *wish, struct qn_err *reterr);
/* Profiles forget what the model, sealed since, hides by what people said meanwhile. */
void qn_analysis_forget_hidden(struct qn_analysis *analysis);
void qn_analysis_free(struct qn_analysis *analysis);

#endif
