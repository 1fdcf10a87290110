#include "route_run.h"

int route_rules_ask(struct route_run *run, struct route_rules *ret, struct qn_err *reterr)
{
    (void)reterr;
    *ret = (struct route_rules){
        .refusal = RULES_UNCLEAR,
        .sql = "",
        .reason = route_text(run, "the rules are not built in", "规则引擎未内置"),
    };
    return QN_OK;
}
