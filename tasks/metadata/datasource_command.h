/* datasource_command.h - quern-worker datasource: the databases that may be asked.
 *
 * quern datasource runs it with the same words. Each verb is all or nothing: what it did in one
 * database is undone when the other one refuses, and what a killed one left is told and taken
 * over (add --replace) or cleared away (remove). Two for one name come one after the other.
 *
 * Not here: the words (datasource_words.h), roles (role.h).
 */
#ifndef TASKS_METADATA_DATASOURCE_COMMAND_H
#define TASKS_METADATA_DATASOURCE_COMMAND_H

#include "common/subcommand.h"

qn_subcommand_fn qn_datasource_main;
extern const char qn_datasource_words[]; /* for --help */

#endif
