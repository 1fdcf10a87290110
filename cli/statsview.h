/* statsview.h - a look as people read it: laid out for a width and a height. Pure.
 *
 * The queues in a table, by name; when they do not all fit, those with most to do, and how
 * many more there are. Below it what is true of all. Nothing here knows of terminals:
 * the lines go to a FILE.
 */
#ifndef CLI_STATSVIEW_H
#define CLI_STATSVIEW_H

#include "look.h"
#include "term.h"

#define CLI_STATSVIEW_WIDE 104 /* columns from which on each queue has its rates */

struct cli_statsview {
    const struct cli_look *look;   /* NULL: none yet */
    const struct cli_look *before; /* for rates; NULL: none are known */
    bool live;                     /* drawn again and again: title, trouble and rates */
    const char *title;
    const char *trouble; /* why nothing new is seen, "" all is well */
    int height;          /* lines; 0: no limit */
};

/* The state of a queue in a word: "paused", "draining", "no worker", "full" (at its budget),
 * "open". */
const char *cli_queue_state(const struct qn_stats *stats, enum cli_colour *ret_colour);

/* To term->out, in term->width columns (0: no limit); a line each, the last one too. */
QN_MUST_CHECK int cli_statsview_print(const struct cli_statsview *view, const struct cli_term *term,
                                      struct qn_err *reterr);

#endif
