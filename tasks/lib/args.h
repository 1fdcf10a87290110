/* args.h - arguments of a task, read from the tree of their JSON. Pure.
 *
 * Each reads the member name of root; one that is absent or null leaves *ret as it was. QN_EINVAL
 * names the argument and what it must be. The texts are the arena's.
 */
#ifndef TASKS_LIB_ARGS_H
#define TASKS_LIB_ARGS_H

#include "json_tree.h"

#define QN_ARGS_BYTES_MAX ((size_t)256 * 1024)
#define QN_ARGS_NAME_MAX  200 /* characters */
#define QN_ARGS_KEY_MAX   64

/* json passed the strict check and has at most max bytes. The arena is made here, to be released
 * also after a failure. */
QN_MUST_CHECK int qn_args_read(struct qn_json_node **ret_root, struct qn_span json, size_t max,
                               struct qn_arena *arena, struct qn_err *reterr);

/* Of 1 to max characters, without the blanks around it. */
QN_MUST_CHECK int qn_args_text(const struct qn_json_node *root, const char *name, size_t max,
                               struct qn_arena *arena, const char **ret, struct qn_err *reterr);
/* Several, in this order. */
struct qn_args_wanted {
    const char *name;
    size_t max;
    const char **ret;
    bool may_be_empty; /* "" is as absent */
};
QN_MUST_CHECK int qn_args_texts(const struct qn_json_node *root,
                                const struct qn_args_wanted *wanted, size_t n,
                                struct qn_arena *arena, struct qn_err *reterr);
QN_MUST_CHECK int qn_args_flag(const struct qn_json_node *root, const char *name, bool *ret,
                               struct qn_err *reterr);
QN_MUST_CHECK int qn_args_integer(const struct qn_json_node *root, const char *name, int64_t least,
                                  int64_t most, int64_t *ret, struct qn_err *reterr);

struct qn_args_names {
    const char *const *items;
    size_t n;
};
/* The place of the one it is. */
QN_MUST_CHECK int qn_args_choice(const struct qn_json_node *root, const char *name,
                                 struct qn_args_names names, size_t *ret, struct qn_err *reterr);
/* An array of them: sets chosen[place]. */
QN_MUST_CHECK int qn_args_choices(const struct qn_json_node *root, const char *name,
                                  struct qn_args_names names, bool *chosen, struct qn_err *reterr);
/* An array of 0 to max texts of 1 to QN_ARGS_NAME_MAX characters. */
QN_MUST_CHECK int qn_args_list(const struct qn_json_node *root, const char *name, size_t max,
                               struct qn_arena *arena, struct qn_args_names *ret,
                               struct qn_err *reterr);

#endif
