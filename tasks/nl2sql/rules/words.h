/* words.h - what words of the two languages mean in a question, from words/en.txt and words/zh.txt.
 *
 * A file is kinds in brackets with an argument, and below each its phrases. All knowledge of a
 * language is in these files; the code knows kinds only.
 *
 * Not here: words of the model (lexicon.h).
 */
#ifndef TASKS_NL2SQL_RULES_WORDS_H
#define TASKS_NL2SQL_RULES_WORDS_H

#include <quern/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const char words_text_en[];
extern const char words_text_zh[];

enum meaning_kind {
    WORD_STOP, /* says nothing; WORD_ARTICLE, WORD_WHEN */
    WORD_COUNT,
    WORD_EACH,
    WORD_EACH_AFTER, /* stands behind what is grouped by */
    WORD_BY,
    WORD_TOP, /* before a number */
    WORD_BOTTOM,
    WORD_MOST,
    WORD_LEAST,
    WORD_NEWEST,
    WORD_OLDEST,
    WORD_SUM,
    WORD_AVERAGE,
    WORD_MAX,
    WORD_MIN,
    WORD_DISTINCT,
    WORD_MORE, /* the next four in this order */
    WORD_AT_LEAST,
    WORD_LESS,
    WORD_AT_MOST,
    WORD_EQUAL,
    WORD_BETWEEN,
    WORD_OR_MORE, /* behind a number */
    WORD_OR_LESS,
    WORD_NOT,
    WORD_AND,
    WORD_OR,
    WORD_LIST,
    WORD_WHICH,
    WORD_WHO,
    WORD_SHARE,
    WORD_RATE,
    WORD_VERSUS,
    WORD_YEAR_AGO,
    WORD_STEP_AGO,
    WORD_GROWTH,
    WORD_YOY_GROWTH,
    WORD_MOM_GROWTH,
    WORD_TREND,
    WORD_GRAIN,    /* enum frame_grain */
    WORD_UNIT,     /* enum frame_grain; WORD_HALF_YEAR */
    WORD_DURATION, /* a unit behind a number that counts, never names: "3 months" */
    WORD_PERIOD,   /* a unit, and how many from now */
    WORD_TODATE,
    WORD_MONTH,
    WORD_QUARTER,
    WORD_HALF,
    WORD_LAST,
    WORD_SINCE,
    WORD_ONWARD,
    WORD_BEFORE,
    WORD_AFTER,
    WORD_UNTIL,
    WORD_FROM,
    WORD_TO,
    WORD_NUMBER,
    WORD_TIMES,
    WORD_ORDINAL,
    WORD_ORDINAL_MARK,
    WORD_ORDER,
    WORD_ASCENDING,
    WORD_DESCENDING,
    WORD_ONLY,
    WORD_ABOUT, /* a follow-up */
    WORD_ALSO,
    WORD_HAVE,
    WORD_NAMED,
    WORD_CONTAINS,
    WORD_STARTS,
    WORD_LOW, /* an adjective whose most is the least */
    WORD_HIGH,
    WORD_IMPLIES_MOST, /* names what is ordered by, and orders */
    WORD_IMPLIES_LEAST,
    WORD_UNIT_WORD, /* of what is counted or paid in */
    WORD_MONEY,     /* in names of columns */
    WORD_PERSON,    /* in names of tables */
    WORD_NOISE,     /* in names: says nothing */
    WORD_REFUSE,    /* enum rules_refusal */
    WORD_REFUSE_FIRST,
    WORD_SOFT,  /* says nothing beside a metric */
    WORD_FRESH, /* beside a thing in a period: "new customers" */
    WORD_SAME,  /* a group of words of the same meaning; the argument is its number */
    WORD_SOUND, /* characters that are typed for each other */
    WORD_KINDS,
    MEANS_TABLE = WORD_KINDS, /* a */
    MEANS_COLUMN,             /* a.b */
    MEANS_FALSE,              /* a.b, a flag that is not */
    MEANS_VALUE,              /* a.b, the value c */
    MEANS_METRIC,             /* a */
    MEANS_CONDITION,          /* a */
    MEANS_HIDDEN,             /* a.b */
};

#define WORD_ARTICLE     1   /* of WORD_STOP: goes with any phrase */
#define WORD_WHEN        2   /* of WORD_STOP: at the beginning it asks for a time */
#define WORD_USE         3   /* of WORD_STOP: to use */
#define WORD_HALF_OF     4   /* of WORD_STOP: two side by side are a word that is not known */
#define WORD_APART       5   /* of WORD_STOP: a figure for each value */
#define WORD_LAST_CHOICE 99  /* of phrases that give way to words of the model */
#define WORD_HALF_YEAR   100 /* argument of WORD_UNIT, beside those of frame.h */
#define WORD_WHOLE       101 /* of WORD_PERIOD's unit never */

struct word {
    enum meaning_kind kind;
    int32_t a, b;
    const char *text; /* not ended by a NUL */
    size_t len;
};
typedef int word_fn(void *arg, const struct word *word);

/* Each phrase of a file in order, until fn fails. QN_EINVAL: the file is not of the form, with the
 * line. */
QN_MUST_CHECK int words_each(const char *file, word_fn *fn, void *arg, struct qn_err *reterr);

#endif
