#include "probe.h"

#include "broker-client/service.h"
#include "exits.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE 512

static int usage(const char *why)
{
    fprintf(stderr, "quern-worker health: %s\nusage: quern-worker health [--live]\n", why);
    return WORKER_EXIT_USAGE;
}

static int read_line(const char *path, char line[LINE_SIZE], struct qn_err *reterr)
{
    FILE *file = fopen(path, "re");

    if (!file)
        return qn_fail(reterr, QN_ENOTFOUND, "%s: %s", path, strerror(errno));
    bool got = fgets(line, LINE_SIZE, file) != NULL;
    fclose(file);
    return got ? QN_OK : qn_fail(reterr, QN_EINVAL, "%s: it is empty", path);
}

static int judge(const char *path, struct qn_service_state *ret, struct qn_err *reterr)
{
    char line[LINE_SIZE];
    int rc = read_line(path, line, reterr);

    return rc == QN_OK ? qn_service_parse(line, qn_mono_ms(&qn_clock_system), ret, reterr) : rc;
}

int worker_probe_main(int argc, char **argv, const struct qn_config *config)
{
    const char *path = qn_config_text(config, "health-file");
    bool live = argc == 2 && strcmp(argv[1], "--live") == 0;
    struct qn_service_state state = {.ready = false};
    struct qn_err why = {0};

    if (argc > 1 + live)
        return usage("takes --live only");
    if (path[0] == '\0')
        return usage("the setting health-file is empty: set it for the worker and here");
    if (judge(path, &state, &why) != QN_OK) {
        printf("not running: %s\n", why.msg);
        return WORKER_EXIT_FAILED;
    }
    bool well = live ? state.turns : state.ready;
    printf("%s%s\n", well || !state.turns ? "" : "not ready: ", state.why);
    return well ? WORKER_EXIT_OK : WORKER_EXIT_FAILED;
}
