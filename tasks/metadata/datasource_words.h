/* datasource_words.h - the command line of quern-worker datasource, read strictly.
 *
 * The address of the database comes from --url, --url-file (- is stdin) or the variable
 * QUERN_DATASOURCE_URL; wherever it was, it is wiped there once it is read: other programs
 * see a process's arguments.
 *
 * Not here: what the words do (datasource_command.h).
 */
#ifndef TASKS_METADATA_DATASOURCE_WORDS_H
#define TASKS_METADATA_DATASOURCE_WORDS_H

#include "datasource_record.h"

enum datasource_verb {
    DATASOURCE_ADD,
    DATASOURCE_LIST,
    DATASOURCE_SHOW,
    DATASOURCE_CHECK,
    DATASOURCE_SET,
    DATASOURCE_REMOVE,
    DATASOURCE_VERBS,
};

/* NULL and -1: not said. Texts are argv's but for url and hints. */
struct datasource_words {
    enum datasource_verb verb;
    const char *name;
    char *url;
    char *hints;
    const char *role;
    const char *time_zone;
    bool role_of_url, replace, keep_role, json;
    int64_t query_ms, profile_ms, connections, max_rows;
    struct datasource_list schemas, include, exclude, hide, show;
};

/* To be released also after a failure: QN_EINVAL names the word. */
QN_MUST_CHECK int datasource_words_read(struct datasource_words *ret, int argc, char **argv,
                                        struct qn_err *reterr);
void datasource_words_release(struct datasource_words *words);

/* What was said, over what the record has. */
void datasource_words_apply(const struct datasource_words *words, struct datasource_record *record);

#endif
