#include "place_rules.h"

void place_rules_free(struct rules *rules)
{
    (void)rules;
}

int place_rules(struct place *place, const struct place_database *database, struct qn_err *reterr)
{
    (void)place;
    (void)database;
    return qn_fail(reterr, QN_EUNSUPPORTED, "the rules are not built in");
}
