#include "confirm.h"

#include <string.h>
#include <unistd.h>

static bool agrees(const char *answer, const char *word)
{
    if (word)
        return strcmp(answer, word) == 0;
    return strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0;
}

int cli_confirm(const struct cli *cli, const char *question, const char *word,
                struct qn_err *reterr)
{
    char answer[256] = "";

    if (cli_flag(cli, "yes"))
        return QN_OK;
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
        return qn_fail(reterr, QN_EINVAL, "%s: give --yes, there is no terminal to ask on",
                       cli->command->name);
    fprintf(stderr, word ? "%s\nType %s to go on: " : "%s [y/N] ", question, word);
    fflush(stderr);
    if (!fgets(answer, sizeof(answer), stdin))
        fputc('\n', stderr);
    answer[strcspn(answer, "\n")] = '\0';
    if (!agrees(answer, word))
        return qn_fail(reterr, QN_ESTATE, "%s: nothing was changed", cli->command->name);
    return QN_OK;
}
