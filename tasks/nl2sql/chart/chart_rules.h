/* chart_rules.h - which rows ask for which picture: a table, read from its top. */
#ifndef TASKS_NL2SQL_CHART_CHART_RULES_H
#define TASKS_NL2SQL_CHART_CHART_RULES_H

#include "chart_facts.h"

struct chart_rule {
    enum chart_type type;
    bool offered;          /* never chosen: an alternative, or what a person may ask for */
    uint64_t needs, lacks; /* of CHART_BIT */
    size_t most;           /* see struct chart */
    bool other;
    const char *en, *zh; /* the reason: {x}, {y}, {series} are names, {n} counts the values of the
                            series or else of the axis, {most} is most */
};

extern const struct chart_rule chart_rules[];
extern const size_t chart_rules_count;

/* What a type needs, said when it was asked for and does not fit. */
struct chart_type_text {
    const char *en, *zh;             /* its name */
    const char *en_needs, *zh_needs; /* "a donut" needs ... */
};
extern const struct chart_type_text chart_type_texts[CHART_TYPES];

#endif
