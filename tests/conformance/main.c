#include "world.h"

#include <stdio.h>
#include <string.h>

#define GROUP(list)            \
    {                          \
#list, list, &list##_n \
    }

/* The number of failed cases; an argument names one group to run. */
int main(int argc, char **argv)
{
    const struct {
        const char *name;
        const struct CMUnitTest *cases;
        const size_t *n;
    } groups[] = {
        GROUP(cases_produce),   GROUP(cases_work),   GROUP(cases_upkeep),  GROUP(cases_wait),
        GROUP(cases_look),      GROUP(cases_twice),  GROUP(cases_operate), GROUP(cases_fsck),
        GROUP(cases_limits),    GROUP(cases_turns),  GROUP(cases_unique),  GROUP(cases_budget),
        GROUP(cases_storm),     GROUP(cases_failed), GROUP(cases_sale),    GROUP(cases_own),
        GROUP(cases_schedules),
    };
    int failed = 0;

    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        char name[64];
        if (argc > 1 && strcmp(argv[1], groups[i].name) != 0)
            continue;
        snprintf(name, sizeof(name), "%s %s", world_kind, groups[i].name);
        failed += _cmocka_run_group_tests(name, groups[i].cases, *groups[i].n, NULL, NULL);
    }
    return failed;
}
