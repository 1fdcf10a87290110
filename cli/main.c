/* main.c - quern, the command line. */
#include "cli.h"
#include <signal.h>

int main(int argc, char **argv)
{
    struct cli cli = {.self = argv[0]};

    signal(SIGPIPE, SIG_IGN);
    cli_term_init(&cli.term, stdout);
    int code = cli_parse(&cli, argc, argv);
    if (code < 0) {
        code = cli.command->run(&cli);
        qn_config_release(&cli.config);
    }
    /* A reader that went away is no success: the answer did not arrive. */
    if (fflush(stdout) != 0 && code == CLI_EXIT_OK)
        code = CLI_EXIT_FAILED;
    return code;
}
