/* profile.h - what is in the columns of a table: counts, spread, shapes, alerts.
 *
 * Three tiers. STATISTICS takes what ANALYZE left (pg_stats: free, null share, distinct,
 * common values, histogram bounds). SAMPLE reads about QN_PROFILE_SAMPLE rows by TABLESAMPLE
 * (all rows when the table is not larger). EXACT reads all rows. One scan per table and batch of
 * columns computes every metric. A tier that runs out of time falls to the one below, and
 * the profile says so.
 *
 * Values of columns that hold personal data leave this module masked ("j***@e***.com"), their
 * top values, bounds and quartiles too: see pii.h. Values that nothing can be told of, and those
 * of single rows, do not leave it: see qn_judge_withhold in judge.h.
 *
 * Not here: roles and descriptions (model.h); reading of definitions (catalog.h).
 */
#ifndef TASKS_LIB_PROFILE_PROFILE_H
#define TASKS_LIB_PROFILE_PROFILE_H

#include "tasks/lib/catalog/catalog.h"

#define QN_PROFILE_SAMPLE 50000 /* rows aimed at */
#define QN_PROFILE_BATCH  20    /* columns a scan */
#define QN_PROFILE_TOP    10
#define QN_PROFILE_VALUES 50 /* of a category: all values it has, up to here */
#define QN_PROFILE_BINS   10
#define QN_PROFILE_TEXT   200 /* bytes kept of a value */

enum qn_profile_tier {
    QN_PROFILE_NONE, /* not readable, or no time for anything */
    QN_PROFILE_STATISTICS,
    QN_PROFILE_SAMPLED,
    QN_PROFILE_EXACT, /* every row was seen */
    QN_PROFILE_TIERS,
};
extern const char *const qn_profile_tier_names[QN_PROFILE_TIERS]; /* "none", "statistics", ... */

enum qn_shape {                /* what most texts of a column look like */
                QN_SHAPE_NONE, /* no text column, or nothing seen */
                QN_SHAPE_UUID,
                QN_SHAPE_EMAIL,
                QN_SHAPE_PHONE,
                QN_SHAPE_URL,
                QN_SHAPE_DATE, /* ISO 8601 */
                QN_SHAPE_JSON,
                QN_SHAPE_NUMBER,
                QN_SHAPE_CODE,  /* short, no blanks, letters, digits and marks */
                QN_SHAPE_WORDS, /* names and short phrases */
                QN_SHAPE_PROSE, /* free text */
                QN_SHAPES,
};
extern const char *const qn_shape_names[QN_SHAPES];

enum qn_pii { /* personal data, by name, shape and checksum */
              QN_PII_NONE,
              QN_PII_EMAIL,
              QN_PII_PHONE,
              QN_PII_NAME, /* of a person */
              QN_PII_ADDRESS,
              QN_PII_BIRTH,
              QN_PII_ID_NUMBER, /* passport, social security, national id: checksums where they have
                                   one */
              QN_PII_CARD,      /* Luhn */
              QN_PII_IBAN,      /* mod 97 */
              QN_PII_IP,
              QN_PII_SECRET, /* password hashes, tokens, keys */
              QN_PIIS,
};
extern const char *const qn_pii_names[QN_PIIS];

enum qn_alert {
    QN_ALERT_CONSTANT,
    QN_ALERT_NULLS,      /* 20 % or more */
    QN_ALERT_IDENTIFIER, /* text, 99 % unique or more */
    QN_ALERT_CATEGORY,   /* at most 20 values and 5 % of the rows */
    QN_ALERT_SKEWED,     /* |skewness| > 20 */
    QN_ALERT_ZEROS,      /* 50 % or more */
    QN_ALERT_DOMINATED,  /* one value has 90 % or more */
    QN_ALERT_VARIANTS,   /* values that differ in case or outer blanks only */
    QN_ALERT_FUTURE,     /* dates after now */
    QN_ALERTS,
};
extern const char *const qn_alert_names[QN_ALERTS];

struct qn_profile_value {
    const char
        *text;    /* as PostgreSQL prints it, cut at QN_PROFILE_TEXT; masked for personal data */
    double share; /* of the rows that are not NULL */
};

/* Shares are 0 to 1. NAN: not known at this tier, or makes no sense for the family. Numbers of
 * dates and timestamps are seconds since 1970 UTC, of times seconds of the day, of intervals
 * seconds, of booleans 0 and 1. Texts never NULL. */
struct qn_profile_column {
    enum qn_profile_tier tier;
    enum qn_shape shape;
    enum qn_pii pii;
    unsigned alerts;      /* bits 1U << enum qn_alert */
    double nulls;         /* share */
    double distinct;      /* estimate for the whole table */
    double distinct_seen; /* of the rows seen: exact, but for 1 % from 65,000 on */
    double unique;        /* share of the values seen that were seen once */
    bool all_unique;      /* no value was seen twice (and one was seen) */
    double shape_share;
    const char *min, *max; /* of ordered families; "" unknown */
    double low, high;      /* the same as numbers */
    double mean, deviation, skew;
    double quartile[3];                               /* 25, 50, 75 % */
    double length_min, length_mean, length_max;       /* characters */
    double zeros, negatives, empties, blanks, future; /* shares of values */
    struct qn_profile_value *top;                     /* most frequent first */
    size_t n_top;
    bool top_is_all;              /* top holds every value of the column that was seen */
    double bins[QN_PROFILE_BINS]; /* shares between low and high, equal widths */
    bool binned;
};

struct qn_profile_table {
    enum qn_profile_tier tier; /* of its columns */
    enum qn_profile_tier asked;
    const char *trouble; /* why it is below asked, "" when it is not */
    double rows;         /* exact when all were seen, else the best estimate */
    double seen;
    bool complete; /* all rows were seen */
    double ms;
    struct qn_profile_column *columns; /* as many and in the order of the catalogue's */
    size_t n_columns;
};

/* Of one table; the memory is the arena's. stop_fd and limits come with the connection.
 * now_ms: wall, for dates in the future. */
struct qn_profile_wish {
    enum qn_profile_tier tier;
    int64_t query_ms; /* statement_timeout of each statement */
    int64_t table_ms; /* of all statements for the table; then one tier down */
    int64_t now_ms;
    uint64_t seed;      /* REPEATABLE: the same sample again */
    bool show_personal; /* false: mask */
};

/* In a transaction of its own: READ ONLY, lock_timeout 1 s. What one table does wrong (no right,
 * lock, timeout, a hostile type or value) is in ret->trouble and QN_OK; QN_ECONN and the soft
 * limit's QN_ETIMEOUT are failures. */
QN_MUST_CHECK int qn_profile_table(struct qn_profile_table *ret, struct qn_arena *arena,
                                   struct qn_pg *pg, const struct qn_catalog_table *table,
                                   const struct qn_profile_wish *wish, struct qn_err *reterr);

/* One table as a JSON object and back: for checkpoints, incremental runs and the result. Column
 * names are in it; read gives columns by the catalogue's table (a column that is not in the text
 * has tier NONE). */
int qn_profile_to_json(const struct qn_profile_table *profile, const struct qn_catalog_table *table,
                       struct qn_buf *out);
QN_MUST_CHECK int qn_profile_from_json(struct qn_profile_table *ret, struct qn_arena *arena,
                                       const struct qn_catalog_table *table, struct qn_span json,
                                       struct qn_err *reterr);

#endif
