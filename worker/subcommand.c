#include "subcommand.h"

#include "exits.h"
#include <string.h>

const struct qn_subcommand *worker_subcommand_find(const struct qn_subcommand *given,
                                                   const char *name)
{
    for (; given && given->name; given++)
        if (strcmp(given->name, name) == 0)
            return given;
    return NULL;
}

void worker_subcommand_help(const struct qn_subcommand *given, FILE *out)
{
    for (const struct qn_subcommand *one = given; one && one->name; one++)
        fprintf(out, "\nquern-worker %s %s\n    %s\n", one->name, one->words, one->summary);
}

int worker_subcommand_run(const struct qn_subcommand *subcommand, int argc, char **argv,
                          const struct qn_config *config)
{
    struct qn_err why = {0};

    if (qn_config_export(config, &why) != QN_OK) {
        fprintf(stderr, "quern-worker %s: %s\n", subcommand->name, why.msg);
        return WORKER_EXIT_FAILED;
    }
    return subcommand->run(argc, argv, config);
}
