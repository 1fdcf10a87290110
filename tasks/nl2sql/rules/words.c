#include "words.h"

#include "frame.h"
#include "rules.h"
#include <string.h>

static const char *const kind_names[WORD_KINDS] = {
    [WORD_STOP] = "stop",
    [WORD_COUNT] = "count",
    [WORD_EACH] = "each",
    [WORD_EACH_AFTER] = "each_after",
    [WORD_BY] = "by",
    [WORD_TOP] = "top",
    [WORD_BOTTOM] = "bottom",
    [WORD_MOST] = "most",
    [WORD_LEAST] = "least",
    [WORD_NEWEST] = "newest",
    [WORD_OLDEST] = "oldest",
    [WORD_SUM] = "sum",
    [WORD_AVERAGE] = "average",
    [WORD_MAX] = "max",
    [WORD_MIN] = "min",
    [WORD_DISTINCT] = "distinct",
    [WORD_MORE] = "more",
    [WORD_AT_LEAST] = "at_least",
    [WORD_LESS] = "less",
    [WORD_AT_MOST] = "at_most",
    [WORD_EQUAL] = "equal",
    [WORD_BETWEEN] = "between",
    [WORD_OR_MORE] = "or_more",
    [WORD_OR_LESS] = "or_less",
    [WORD_NOT] = "not",
    [WORD_AND] = "and",
    [WORD_OR] = "or",
    [WORD_LIST] = "list",
    [WORD_WHICH] = "which",
    [WORD_WHO] = "who",
    [WORD_SHARE] = "share",
    [WORD_RATE] = "rate",
    [WORD_VERSUS] = "versus",
    [WORD_YEAR_AGO] = "year_ago",
    [WORD_STEP_AGO] = "step_ago",
    [WORD_GROWTH] = "growth",
    [WORD_YOY_GROWTH] = "yoy_growth",
    [WORD_MOM_GROWTH] = "mom_growth",
    [WORD_TREND] = "trend",
    [WORD_GRAIN] = "grain",
    [WORD_UNIT] = "unit",
    [WORD_DURATION] = "duration",
    [WORD_PERIOD] = "period",
    [WORD_TODATE] = "todate",
    [WORD_MONTH] = "month",
    [WORD_QUARTER] = "quarter",
    [WORD_HALF] = "half",
    [WORD_LAST] = "last",
    [WORD_SINCE] = "since",
    [WORD_ONWARD] = "onward",
    [WORD_BEFORE] = "before",
    [WORD_AFTER] = "after",
    [WORD_UNTIL] = "until",
    [WORD_FROM] = "from",
    [WORD_TO] = "to",
    [WORD_NUMBER] = "number",
    [WORD_TIMES] = "times",
    [WORD_ORDINAL] = "ordinal",
    [WORD_ORDINAL_MARK] = "ordinal_mark",
    [WORD_ORDER] = "order",
    [WORD_ASCENDING] = "ascending",
    [WORD_DESCENDING] = "descending",
    [WORD_ONLY] = "only",
    [WORD_ABOUT] = "about",
    [WORD_ALSO] = "also",
    [WORD_HAVE] = "have",
    [WORD_NAMED] = "named",
    [WORD_CONTAINS] = "contains",
    [WORD_STARTS] = "starts",
    [WORD_LOW] = "low",
    [WORD_HIGH] = "high",
    [WORD_IMPLIES_MOST] = "implies_most",
    [WORD_IMPLIES_LEAST] = "implies_least",
    [WORD_UNIT_WORD] = "unit_word",
    [WORD_MONEY] = "money",
    [WORD_PERSON] = "person",
    [WORD_NOISE] = "noise",
    [WORD_REFUSE] = "refuse",
    [WORD_REFUSE_FIRST] = "refuse_first",
    [WORD_SOFT] = "soft",
    [WORD_FRESH] = "fresh",
    [WORD_SAME] = "same",
    [WORD_SOUND] = "sound",
};

static const struct {
    const char *name;
    int32_t value;
} names[] = {
    {"hour", FRAME_HOUR},
    {"day", FRAME_DAY},
    {"week", FRAME_WEEK},
    {"month", FRAME_MONTH},
    {"quarter", FRAME_QUARTER},
    {"half", WORD_HALF_YEAR},
    {"year", FRAME_YEAR},
    {"weekday", FRAME_WEEKDAY},
    {"hour_of_day", FRAME_HOUR_OF_DAY},
    {"month_of_year", FRAME_MONTH_OF_YEAR},
    {"beyond", RULES_BEYOND},
    {"write", RULES_WRITE},
    {"no_query", RULES_NO_QUERY},
    {"missing", RULES_MISSING},
};

static bool same(const char *name, const char *text, size_t len)
{
    return strlen(name) == len && memcmp(name, text, len) == 0;
}

static bool integer(const char *text, size_t len, int32_t *ret)
{
    bool minus = len > 0 && text[0] == '-';
    int64_t value = 0;

    for (size_t i = minus ? 1 : 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || value > INT32_MAX / 10) {
            return false;
        }
        value = value * 10 + (text[i] - '0');
    }
    *ret = (int32_t)(minus ? -value : value);
    return len > (minus ? 1U : 0U) && value <= INT32_MAX;
}

static bool argument(const char *text, size_t len, int32_t *ret)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (same(names[i].name, text, len)) {
            *ret = names[i].value;
            return true;
        }
    }
    return integer(text, len, ret);
}

/* "[kind a b]" without the brackets. */
static bool heading(const char *text, size_t len, struct word *ret)
{
    size_t at = 0, part = 0;

    ret->kind = WORD_KINDS;
    ret->a = ret->b = 0;
    for (; at < len; part++) {
        size_t end = at;

        while (end < len && text[end] != ' ') {
            end++;
        }
        for (int k = 0; part == 0 && k < WORD_KINDS; k++) {
            ret->kind = same(kind_names[k], text, end) ? (enum meaning_kind)k : ret->kind;
        }
        if (part > 0 && !argument(text + at, end - at, part == 1 ? &ret->a : &ret->b)) {
            return false;
        }
        at = end + 1;
    }
    return ret->kind != WORD_KINDS && part <= 3;
}

static int phrases(const char *line, size_t len, struct word *word, word_fn *fn, void *arg)
{
    size_t at = 0;

    while (at < len) {
        const char *comma = memchr(line + at, ',', len - at);
        size_t end = comma != NULL ? (size_t)(comma - line) : len;
        int rc;

        while (at < end && line[at] == ' ') {
            at++;
        }
        word->text = line + at;
        word->len = end - at;
        rc = word->len > 0 ? fn(arg, word) : QN_OK;
        if (rc != QN_OK) {
            return rc;
        }
        at = end + 1;
    }
    return QN_OK;
}

int words_each(const char *file, word_fn *fn, void *arg, struct qn_err *reterr)
{
    struct word word = {.kind = WORD_KINDS};
    size_t number = 1;

    for (; *file != '\0'; number++) {
        size_t len = strcspn(file, "\n");
        bool titled = len > 2 && file[0] == '[' && file[len - 1] == ']';
        int rc = QN_OK;

        if (titled ? !heading(file + 1, len - 2, &word)
                   : (len > 0 && file[0] != '#' && word.kind == WORD_KINDS)) {
            return qn_fail(reterr, QN_EINVAL, "line %zu: no kind of word", number);
        }
        if (!titled && file[0] != '#') {
            rc = phrases(file, len, &word, fn, arg);
        }
        if (rc != QN_OK) {
            return rc;
        }
        file += len + (file[len] == '\n' ? 1 : 0);
    }
    return QN_OK;
}
