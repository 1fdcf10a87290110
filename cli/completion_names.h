/* completion_names.h - names that only the broker, the artifact directory or the system knows, for
 * a shell that waits.
 *
 * Silent: without a broker there are no names.
 */
#ifndef CLI_COMPLETION_NAMES_H
#define CLI_COMPLETION_NAMES_H

enum cli_names {
    CLI_NAMES_NONE,
    CLI_NAMES_TASKS,
    CLI_NAMES_PARAMS, /* of a task, each with a = behind */
    CLI_NAMES_QUEUES,
    CLI_NAMES_WORKERS,
    CLI_NAMES_SCHEDULES,
    CLI_NAMES_MODELS, /* that are published */
    CLI_NAMES_ZONES,  /* of the system */
};

#define CLI_NAMES_SETTINGS_MAX 16

/* Settings that stand on the line: they say which broker. Words are borrowed. */
struct cli_names_line {
    int n;
    struct {
        const char *name, *value;
    } settings[CLI_NAMES_SETTINGS_MAX];
};

/* Keeps it when it is a setting of quern. */
void cli_names_setting(struct cli_names_line *line, const char *name, const char *value);

typedef void cli_name_fn(void *arg, const char *name);
/* of: the task whose parameters are wanted, or NULL. */
void cli_names_each(enum cli_names what, const struct cli_names_line *line, const char *of,
                    cli_name_fn *fn, void *arg);

#endif
