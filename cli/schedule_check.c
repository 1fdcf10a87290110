/* schedule_check.c - quern schedule check: quern-beat reads the file, and its exit code is
 * ours.
 */
#include "cli.h"
#include "folder.h"
#include "run.h"
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 8

/* It is beside this program. */
static int find_beat(char out[CLI_PATH_SIZE], struct qn_err *reterr)
{
    char self[CLI_PATH_SIZE];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (len <= 0)
        return qn_fail_sys(reterr, "/proc/self/exe");
    self[len] = '\0';
    *strrchr(self, '/') = '\0';
    return cli_path_join(out, self, "quern-beat", reterr);
}

int cli_run_schedule_check(struct cli *cli)
{
    char path[CLI_PATH_SIZE], file[CLI_PATH_SIZE + 16], config[CLI_PATH_SIZE + 16];
    char check[] = "--check", json[] = "--json";
    const char *given = qn_config_text(&cli->config, "config");
    char *argv[WORDS_MAX + 1] = {path};
    struct qn_err err = {0};
    int n = 1;

    if (find_beat(path, &err) != QN_OK)
        return cli_fail(cli, &err);
    snprintf(config, sizeof(config), "--config=%s", given);
    snprintf(file, sizeof(file), "--schedule=%s", cli->n_words > 0 ? cli->words[0] : "");
    if (given[0] != '\0')
        argv[n++] = config;
    if (cli->n_words > 0)
        argv[n++] = file;
    argv[n++] = check;
    if (cli->json)
        argv[n++] = json;
    fflush(cli->term.out);
    execv(path, argv);
    qn_fail_sys(&err, "%s", path);
    return cli_fail(cli, &err);
}
