/* fuzz_guard.c - SQL of anybody's: a verdict, never a crash, and the same verdict twice. What is
 * allowed stays allowed with a comment around it. */
#include "fuzz.h"

#include "tasks/nl2sql/guard/guard.h"
#include <string.h>

static const char text[] =
    "{\"format\":\"quern-model/1\",\"version\":0,\"state\":\"draft\",\"hash\":\"\","
    "\"datasource\":\"\",\"database\":\"d\",\"tables\":[{\"schema\":\"public\",\"name\":\"orders\","
    "\"kind\":\"table\",\"purpose\":\"other\",\"columns\":[{\"name\":\"id\",\"type\":\"int\","
    "\"family\":\"integer\",\"role\":\"key\"},{\"name\":\"status\",\"type\":\"text\","
    "\"family\":\"text\",\"role\":\"label\"},{\"name\":\"created_at\",\"type\":\"timestamptz\","
    "\"family\":\"timestamp\",\"role\":\"time\"}],\"keys\":[{\"primary\":true,\"columns\":[\"id\"]}"
    "]}],\"relations\":[],\"metrics\":[],\"conditions\":[],\"warnings\":[]}";

static struct guard *guard_of_orders(void)
{
    static struct guard *guard;
    struct qn_model *model = NULL;

    if (guard == NULL) {
        FUZZ_REQUIRE(qn_model_from_json(&model, (struct qn_span){text, sizeof(text) - 1}, NULL) ==
                     QN_OK);
        FUZZ_REQUIRE(guard_create(&guard, model, NULL) == QN_OK);
    }
    return guard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct guard *guard = guard_of_orders();
    const struct qn_span sql = {(const char *)data, size};
    struct guard_verdict first, second;
    struct qn_buf around;

    FUZZ_REQUIRE(guard_check(guard, sql, &first, NULL, NULL) == QN_OK);
    FUZZ_REQUIRE((first.class == GUARD_ALLOWED) == (first.reason[0] == '\0'));
    qn_buf_init(&around, GUARD_SQL_MAX * 2);
    qn_buf_add_str(&around, "/* x */ ");
    qn_buf_add(&around, data, size < GUARD_SQL_MAX ? size : 0);
    qn_buf_add_str(&around, "\n");
    if (first.class == GUARD_ALLOWED && around.len <= GUARD_SQL_MAX) {
        FUZZ_REQUIRE(guard_check(guard, (struct qn_span){around.data, around.len}, &second, NULL,
                                 NULL) == QN_OK);
        FUZZ_REQUIRE(second.class == GUARD_ALLOWED);
    }
    qn_buf_release(&around);
    return 0;
}
