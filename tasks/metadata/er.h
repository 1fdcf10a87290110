/* er.h - a picture of the tables of a model and the relations between them, as one inline SVG.
 *
 * Boxes are tables, from what is referred to (left) to what refers (right); lines are accepted
 * relations, with a crow's foot at the many, dashed where nobody declared them, and end at their
 * columns. Hidden tables and columns are left out. The more tables there are the less is told of
 * each: see METADATA_ER_*. The same model gives the same bytes.
 *
 * The page's style sheet has metadata_er_style; its properties are those of page_style.h.
 *
 * Not here: where boxes and lines go (er_layout.h).
 */
#ifndef TASKS_METADATA_ER_H
#define TASKS_METADATA_ER_H

#include "tasks/lib/model/model.h"

#define METADATA_ER_COLUMNS 12   /* listed in a box at most, keys first */
#define METADATA_ER_DETAIL  60   /* more tables than this: boxes have names only */
#define METADATA_ER_ALL     250  /* more than this: tables with relations only */
#define METADATA_ER_MOST    400  /* of these the ones with most relations */
#define METADATA_ER_LINES   1500 /* relations drawn at most, best first */

/* What the picture holds, for the text beside it. */
struct metadata_er_shown {
    size_t tables, of_tables;
    size_t relations, of_relations;
    bool columns; /* boxes list columns */
    double width; /* in the page's pixels, where it is not scaled */
};

extern const char metadata_er_style[];

/* linked: for each table of the model whether the page has an element with the id "t" and its
 * place ("t12"), to which its box then leads; NULL: none. ret may be NULL. A model without a
 * table that is not hidden gives nothing. Returns out's status, or QN_ENOMEM. */
QN_MUST_CHECK int metadata_er(struct qn_buf *out, const struct qn_model *model, const bool *linked,
                              struct metadata_er_shown *ret);

#endif
