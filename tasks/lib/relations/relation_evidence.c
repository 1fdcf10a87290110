#include "relation_evidence.h"

#include <math.h>
#include <string.h>

#define TEXT_MAX 1000

static void add_number(struct qn_buf *out, double value)
{
    long long n = (long long)value;

    if (n >= 1000) {
        qn_buf_printf(out, "%lld,%03lld", n / 1000, n % 1000);
    } else {
        qn_buf_printf(out, "%lld", n);
    }
}

static void add_name(const struct qn_relation_candidate *candidate, struct qn_buf *out)
{
    qn_buf_printf(out, "the name %s", qn_relation_rule_words[candidate->name.rule]);
    if (candidate->name.rule != QN_RELATION_RULE_NONE && candidate->name.quality < 0.99) {
        qn_buf_add_str(out, ", abbreviated or in other words");
    }
}

static void add_data(const struct qn_relation_candidate *candidate, struct qn_buf *out)
{
    if (!candidate->probed) {
        qn_buf_add_str(out, "; the data was not looked at");
    } else if (!(candidate->tested > 0)) {
        qn_buf_add_str(out, "; there is no value to look up");
    } else {
        qn_buf_add_str(out, "; ");
        add_number(out, candidate->hits);
        qn_buf_add_str(out, " of ");
        add_number(out, candidate->tested);
        qn_buf_printf(out, " %s exist there", candidate->n > 1 ? "sets of values" : "values");
    }
}

const char *qn_relation_evidence(const struct qn_relation_schema *schema,
                                 const struct qn_relation_candidate *candidate)
{
    struct qn_buf out;
    const char *text;

    qn_buf_init(&out, TEXT_MAX);
    add_name(candidate, &out);
    add_data(candidate, &out);
    if (candidate->key != QN_RELATION_NONE && !schema->keys[candidate->key].declared) {
        qn_buf_add_str(&out, "; the key is not declared, its values are unique");
    }
    text = qn_arena_str(schema->arena, out.data);
    qn_buf_release(&out);
    return text;
}
