/* The page of the nl2sql tasks has their arguments, codes and members as they are. */
#include "common/mem.h"
#include "tasks/nl2sql/ask/ask.h"
#include "tasks/nl2sql/ask/route.h"
#include "tasks/nl2sql/check.h"
#include "tasks/nl2sql/dashboard/dashboard.h"
#include "tasks/nl2sql/dashboard/dashboard_fetch.h"
#include "tasks/nl2sql/feedback.h"
#include "tasks/nl2sql/translate.h"
#include "tests/support/model_room.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PAGE UNIT_DATA "/../../tasks/nl2sql/README.md"

static const struct qn_task *const tasks[] = {&nl2sql_ask_task, &nl2sql_translate_task,
                                              &nl2sql_check_task, &nl2sql_dashboard_task,
                                              &nl2sql_feedback_task};

/* From the task's title to the next one. */
static struct qn_span section_of(const char *page, const char *task)
{
    char title[64];
    const char *from, *to;

    snprintf(title, sizeof(title), "\n## %s\n", task);
    from = strstr(page, title);
    assert_non_null(from);
    to = strstr(from + 1, "\n## ");
    return (struct qn_span){from, to != NULL ? (size_t)(to - from) : strlen(from)};
}

static bool is_param(const struct qn_task *task, struct qn_span name)
{
    for (const struct qn_param *param = task->params; param->name != NULL; param++) {
        if (qn_span_is(name, param->name)) {
            return true;
        }
    }
    return false;
}

/* "| `database`, `title` | ..." */
static void expect_params_in_row(const struct qn_task *task, const char *row, const char *end)
{
    const char *at = row + 2;

    while (at < end && *at == '`') {
        const size_t len = strcspn(++at, "`");

        if (!is_param(task, (struct qn_span){at, len})) {
            fail_msg("%s has no argument %.*s", task->name, (int)len, at);
        }
        at += len + 1;
        at += strspn(at, ", ");
    }
}

static void a_task_has_the_arguments_of_its_page_and_no_others(void **state)
{
    size_t len;
    char *page = model_room_file(PAGE, &len);

    (void)state;
    for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
        const struct qn_span section = section_of(page, tasks[i]->name);
        const char *row = section.data;

        for (const struct qn_param *param = tasks[i]->params; param->name != NULL; param++) {
            char name[64];

            snprintf(name, sizeof(name), "`%s`", param->name);
            if (memmem(section.data, section.len, name, strlen(name)) == NULL) {
                fail_msg("the page of %s has no %s", tasks[i]->name, name);
            }
        }
        while ((row = strstr(row + 1, "\n| `")) != NULL && row < section.data + section.len) {
            expect_params_in_row(tasks[i], row + 1, section.data + section.len);
        }
    }
    qn_free(page);
}

static void expect_names(struct qn_span section, const char *const *names, size_t n)
{
    for (size_t i = 1; i < n; i++) { /* the first one is no no */
        char name[64];

        snprintf(name, sizeof(name), "`%s`", names[i]);
        if (memmem(section.data, section.len, name, strlen(name)) == NULL) {
            fail_msg("the page has no code %s", name);
        }
    }
}

static void each_code_is_on_the_page(void **state)
{
    size_t len;
    char *page = model_room_file(PAGE, &len);

    (void)state;
    expect_names(section_of(page, "nl2sql.ask"), route_code_names, ROUTE_CODES);
    expect_names(section_of(page, "nl2sql.dashboard"), dashboard_code_names, DASHBOARD_CODES);
    qn_free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_has_the_arguments_of_its_page_and_no_others),
        cmocka_unit_test(each_code_is_on_the_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
