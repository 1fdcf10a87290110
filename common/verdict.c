#include "verdict.h"

#include "json.h"
#include "json_member.h"

#define WHAT_MAX (64 * 1024)

const char *const qn_verdict_names[] = {
    [QN_VERDICT_OK] = "ok",
    [QN_VERDICT_WARNING] = "warning",
    [QN_VERDICT_WRONG] = "wrong",
};

void qn_verdict_add(struct qn_buf *out, const struct qn_verdict *verdict, const char *fmt, ...)
{
    struct qn_buf what;
    va_list args;

    qn_buf_init(&what, WHAT_MAX);
    va_start(args, fmt);
    qn_buf_vprintf(&what, fmt, args);
    va_end(args);
    qn_buf_add_str(out, out->len > 0 ? ",\n {" : "{");
    qn_json_add_key(out, "check");
    qn_json_add_str(out, verdict->check);
    qn_json_add_key(out, "state");
    qn_json_add_str(out, qn_verdict_names[verdict->state]);
    qn_json_add_key(out, "what");
    qn_json_add_str(out, what.data);
    qn_json_member_text(out, "why", verdict->why ? verdict->why : "");
    qn_json_member_text(out, "do", verdict->todo ? verdict->todo : "");
    qn_buf_add_byte(out, '}');
    qn_buf_release(&what);
}
