#include "tests/support/chart_room.h"

#include "common/mem.h"
#include "tasks/nl2sql/chart/chart_rules.h"
#include "tests/support/model_room.h"

#define PAGE UNIT_DATA "/../../docs/tasks/charts.md"

static void add_facts(struct qn_buf *out, uint64_t facts, const char *before)
{
    for (size_t i = 0; i < CHART_FACT_COUNT; i++) {
        if ((facts & UINT64_C(1) << i) != 0) {
            qn_buf_printf(out, "%s%s%s", out->len > 0 ? "; " : "", before, chart_fact_texts[i]);
        }
    }
}

/* "| when | picture | reason |" as the page has it. */
static void add_row(struct qn_buf *out, const struct chart_rule *rule)
{
    struct qn_buf when;

    qn_buf_init(&when, 4096);
    add_facts(&when, rule->needs, "");
    add_facts(&when, rule->lacks, "not: ");
    qn_buf_printf(out, "| %s | `%s` | %s |\n", when.len > 0 ? when.data : "anything else",
                  chart_type_names[rule->type], rule->en);
    qn_buf_release(&when);
}

static void expect_rows(const char *page, bool offered)
{
    struct qn_buf rows;

    qn_buf_init(&rows, 1 << 16);
    for (size_t i = 0; i < chart_rules_count; i++) {
        if (chart_rules[i].offered == offered) {
            add_row(&rows, &chart_rules[i]);
        }
    }
    if (strstr(page, rows.data) == NULL) {
        print_error("the page's table should be:\n%s", rows.data);
        fail();
    }
    qn_buf_release(&rows);
}

static void the_page_has_the_rules_as_they_are(void **state)
{
    size_t len;
    char *page = model_room_file(PAGE, &len);

    (void)state;
    expect_rows(page, false);
    expect_rows(page, true);
    for (size_t i = 0; i < CHART_TYPES; i++) {
        char row[512];

        snprintf(row, sizeof(row), "| `%s` | %s |\n", chart_type_names[i],
                 chart_type_texts[i].en_needs);
        if (strstr(page, row) == NULL) {
            fail_msg("the page does not have: %s", row);
        }
    }
    qn_free(page);
}

static void the_last_rule_holds_for_all_rows(void **state)
{
    const struct chart_rule *last = &chart_rules[chart_rules_count - 1];

    (void)state;
    assert_false(last->offered);
    assert_true(last->needs == 0 && last->lacks == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_has_the_rules_as_they_are),
        cmocka_unit_test(the_last_rule_holds_for_all_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
