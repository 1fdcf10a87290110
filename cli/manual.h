/* manual.h - man pages and docs/commands.md, from the tables of commands and settings.
 *
 * Each function appends one page. The program in manual_main.c writes all of them when
 * Quern is built.
 */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "cli.h"
#include "common/buf.h"

#define CLI_MANUAL_NAME_SIZE 64

/* quern-job-show */
void cli_manual_name(const struct cli_command *command, char ret[CLI_MANUAL_NAME_SIZE]);

void cli_manual_overview(struct qn_buf *out); /* quern(1) */
void cli_manual_command(struct qn_buf *out, const struct cli_command *command);
void cli_manual_settings(struct qn_buf *out); /* quern-settings(5) */

/* The programs beside quern, by name. */
struct cli_manual_program;
extern const struct cli_manual_program *const cli_manual_programs[]; /* ends with NULL */
const char *cli_manual_program_name(const struct cli_manual_program *program);
void cli_manual_program(struct qn_buf *out, const struct cli_manual_program *program);

void cli_manual_markdown(struct qn_buf *out); /* docs/commands.md */

#endif
