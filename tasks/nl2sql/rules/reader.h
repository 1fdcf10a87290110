/* reader.h - a question while it is understood: its spans, and the frame that grows out of them.
 *
 *     refuse ─▶ periods ─▶ numbers ─▶ groups ─▶ counts ─▶ orders ─▶ head ─▶ filters ─▶ frame
 *
 * Each step takes spans that it knows, marks them used, and writes what they mean. What is left
 * over lowers the confidence.
 *
 * Here: the parts that understand*.c share. Not here: SQL.
 */
#ifndef TASKS_NL2SQL_RULES_READER_H
#define TASKS_NL2SQL_RULES_READER_H

#include "calendar.h"
#include "spans.h"

#define READER_PERIODS_MAX  6
#define READER_COMPARES_MAX 8
#define READER_ANCHORS_MAX  8
#define READER_EXISTS_MAX   4
#define NONE                ((size_t)-1)

struct reader_period {
    size_t from, to; /* spans */
    struct calendar_span days;
    int32_t unit;                     /* what it is one or more of; FRAME_NO_GRAIN: any days */
    bool bare;                        /* a month or quarter that named no year */
    bool to_date;                     /* it ends with today, whole or not */
    struct calendar_span first, last; /* of a range from one period to another */
};

/* "price over 100", "more than 5 orders". */
struct reader_compare {
    size_t at; /* the comparator's span */
    enum frame_test test;
    const char *values[2];
    bool average;    /* with the average, not with a number */
    bool counted;    /* the unit behind it counts: "times" */
    bool money;      /* the unit behind it is of money */
    size_t unit;     /* span of a unit that neither counts nor pays: "km"; NONE */
    size_t left;     /* span before; NONE */
    size_t right;    /* span behind; NONE */
    bool right_near; /* nothing but a unit is between the number and right */
    bool done;
};

/* "by customer city", "each month". */
struct reader_group {
    size_t at;     /* span of what is grouped by */
    size_t owner;  /* span of the table before it, NONE */
    int32_t grain; /* enum frame_grain of a time; FRAME_NO_GRAIN */
    bool each;     /* "in each ...", not "by ..." */
};

struct reader_anchor {
    size_t table;
    struct graph_reach reach;
};

struct reader {
    const struct lexicon *lexicon;
    const struct qn_model *model;
    const struct rules_question *question;
    struct qn_arena *arena;
    struct spans spans;
    struct frame *frame;
    const struct frame *before;
    int64_t today;
    bool zh;
    struct reader_period periods[READER_PERIODS_MAX];
    size_t n_periods;
    struct reader_compare compares[READER_COMPARES_MAX];
    size_t n_compares;
    struct reader_group groups[FRAME_DIMENSIONS_MAX];
    size_t n_groups;
    struct reader_anchor anchors[READER_ANCHORS_MAX];
    size_t n_anchors;
    size_t head;                         /* span of what is asked for; NONE */
    int32_t head_unit;                   /* it is a time: "which month" */
    bool which;                          /* and asked for by "which" or "list" */
    size_t value;                        /* span of a value whose rows are counted; NONE */
    bool value_counted;                  /* "how many logins did customers have" */
    size_t more[FRAME_MEASURES_MAX - 1]; /* spans of what else is measured: "and revenue" */
    size_t n_more;
    size_t metric;            /* that no single span names; NONE */
    struct frame_place place; /* column that is measured, found otherwise; table NONE */
    size_t counted;           /* span of what is counted; NONE */
    size_t measure;           /* span of a metric or a column that is measured; NONE */
    size_t by;                /* span of what is ordered by; NONE */
    size_t subject;           /* table whose rows are counted or listed; NONE */
    bool aggregate_on;        /* "average", "maximum" before a column */
    enum frame_aggregate aggregate;
    enum frame_aggregate also[3]; /* "min, max and average" */
    size_t n_also;
    bool has_measure;
    size_t exists[READER_EXISTS_MAX]; /* tables that must have a row, or none */
    bool exists_not[READER_EXISTS_MAX];
    size_t n_exists;
    struct frame_place shown[FRAME_COLUMNS_MAX]; /* columns that were named */
    size_t n_shown;
    struct frame_place time; /* which time the period is of */
    bool unused;             /* what nothing refers to: "tags never used" */
    bool vague;              /* "best", which says not of what */
    bool fold;               /* an average over groups */
    bool wants_person;       /* "who" */
    bool wants_count;        /* "how many" */
    bool wants_when;         /* "when" */
    bool superlative;        /* one is asked for, not a list */
    bool follow;             /* the question goes on from the one before */
    bool say_follow;         /* and has a word that says so */
    bool wants_list, wants_share, wants_compare, wants_growth, wants_rate, wants_trend;
    bool year_ago, step_ago;
    size_t share_at;                     /* span of "share"; NONE */
    size_t filter_at[FRAME_FILTERS_MAX]; /* span of each filter */
    int order;                           /* 1 most first, -1 least first, 0 none */
    bool by_time;                        /* the order is newest or oldest */
    size_t newest;                       /* and the span that says so */
    bool sorted;                         /* "ascending": of all that there is */
    int64_t limit;                       /* 0 none */
    int64_t offset;
    enum rules_refusal refusal;
    double score;    /* of what was taken, multiplied */
    double doubts;   /* of how it was taken */
    size_t unknown;  /* words without a meaning */
    size_t consumed; /* words with one that was used */
};

/* ---- spans (reader.c) ---- */

const struct meaning *reader_means(const struct reader *r, size_t span, enum meaning_kind kind);
static inline bool reader_is(const struct reader *r, size_t span, enum meaning_kind kind)
{
    return reader_means(r, span, kind) != NULL;
}
bool reader_is_model(const struct reader *r, size_t span); /* names something of the model */
bool reader_is_stop(const struct reader *r, size_t span);  /* nothing but a stop word or a sign */
/* The next or last span that is no stop word; n or NONE at the ends. */
size_t reader_next(const struct reader *r, size_t span);
size_t reader_last(const struct reader *r, size_t span);
void reader_use(struct reader *r, size_t span, const char *role);
void reader_use_all(struct reader *r, size_t from, size_t to, const char *role);
const char *reader_text(const struct reader *r, size_t from, size_t to);

/* ---- what a span names, near to what is known ---- */

void reader_anchor(struct reader *r, size_t table);
/* Steps from the anchors; GRAPH_FAR. Without anchors 0. */
size_t reader_far(const struct reader *r, size_t table);
/* Is `table` above the first anchor, one row for each of it? */
bool reader_is_up(const struct reader *r, size_t from, size_t table);

enum { /* what a column must be */
       COLUMN_ANY = 0,
       COLUMN_NUMBER = 1,
       COLUMN_TIME = 2,
       COLUMN_FLAG = 4,
       COLUMN_GROUP = 8, /* what may be grouped by */
       COLUMN_OTHER = 16,
};
unsigned reader_column_sort(const struct reader *r, struct frame_place place);
size_t reader_table(const struct reader *r, size_t span); /* nearest; NONE */
/* The nearest column of one of these sorts; table NONE when there is none. hint: a table that
 * stands beside it, NONE. */
struct frame_place reader_column(struct reader *r, size_t span, unsigned sorts, size_t hint);
const struct meaning *reader_value(struct reader *r, size_t span, size_t hint);
size_t reader_metric(const struct reader *r, size_t span); /* NONE */
size_t reader_metric_table(const struct reader *r, size_t metric);
bool reader_metric_begins(const struct reader *r, size_t metric, const char *function);
struct frame_place reader_money(const struct reader *r, size_t table); /* its amount */
bool reader_has_word(const struct reader *r, const char *name, enum meaning_kind kind);
struct frame_place reader_no_place(void);
/* The table that a column alone refers to; NONE. */
size_t reader_refers(const struct reader *r, struct frame_place place);

/* ---- steps ---- */

void understand_refusals(struct reader *r);
void understand_names(struct reader *r);
void understand_periods(struct reader *r);
void understand_wishes(struct reader *r);
void understand_negations(struct reader *r);
void understand_numbers(struct reader *r);
void understand_groups(struct reader *r);
void understand_counts(struct reader *r);
void understand_orders(struct reader *r);
void understand_head(struct reader *r);
void understand_base(struct reader *r);
void understand_dimensions(struct reader *r);
void understand_times(struct reader *r);
void understand_fold(struct reader *r);
void understand_filters(struct reader *r);
void understand_compares(struct reader *r);
void understand_exists(struct reader *r); /* of understand_shape */
void understand_parts(struct reader *r);  /* likewise */
void understand_shape(struct reader *r);
void understand_follow(struct reader *r);
void understand_merge(struct reader *r);
void understand_trust(struct reader *r);

/* ---- frames ---- */

struct frame_filter *reader_add_filter(struct reader *r, struct frame_filter filter);
void reader_add_dimension(struct reader *r, struct frame_dimension dimension);
void reader_add_measure(struct reader *r, struct frame_measure measure);
void reader_doubt(struct reader *r, double by);
void reader_refuse(struct reader *r, enum rules_refusal refusal);

#endif
