/* model_build.h - the parts of qn_model_build, in the order in which they are called.
 *
 * Each part sees what the parts before it made. Memory that stays is the model's arena, the
 * rest is the build's scratch; failures of both stick and are asked for at the end.
 */
#ifndef TASKS_LIB_MODEL_MODEL_BUILD_H
#define TASKS_LIB_MODEL_MODEL_BUILD_H

#include "model.h"
#include "model_text.h"

/* What is known of a column of the model beside the model. */
struct qn_column_facts {
    const struct qn_catalog_column *source;
    const struct qn_profile_column *profile; /* NULL: nothing is known */
    bool primary;                            /* the only column of the primary key */
    bool in_primary;
    bool foreign; /* child of an accepted relation */
};

struct qn_table_facts {
    const struct qn_catalog_table *source;
    const struct qn_profile_table *profile; /* NULL: nothing is known */
    struct qn_column_facts *columns;        /* as in the model */
    size_t parents;                         /* accepted relations to other tables */
    size_t children;                        /* accepted relations of other tables to it */
    bool named;                             /* its label is a name, no key or code */
    bool titled;                            /* and one of what is written, not of a thing */
};

struct qn_model_build {
    struct qn_model *model;
    struct qn_arena scratch;
    const struct qn_catalog *catalog;
    const struct qn_profile_table *profiles; /* NULL: none */
    struct qn_table_facts *tables;           /* as in the model */
    size_t *table_places;                    /* of the catalogue's tables in the model */
};

void qn_model_build_tables(struct qn_model_build *build);
void qn_model_build_relations(struct qn_model_build *build, const struct qn_relations *relations);
/* Of the table of the model at that place. */
void qn_model_build_roles(struct qn_model_build *build, size_t place);
void qn_model_build_labels(struct qn_model_build *build, size_t place);
void qn_model_build_values(struct qn_model_build *build, size_t place);
void qn_model_build_purpose(struct qn_model_build *build, size_t place);
void qn_model_build_words(struct qn_model_build *build, size_t place);
void qn_model_build_descriptions(struct qn_model_build *build, size_t place); /* of all purposes */
void qn_model_build_metrics(struct qn_model_build *build);                    /* of all tables */

/* A COMMENT short enough to be one more name of its thing, else "". */
const char *qn_model_short_comment(const char *comment);
/* Adds a word to a list unless it is there or empty; text is kept, not copied. */
void qn_model_add_word(struct qn_arena *arena, const char *const **list, size_t *n,
                       const char *text);

#endif
