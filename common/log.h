/* log.h - one line per event, for programs.
 *
 * Libraries do not call this: they return errors, and the program logs once,
 * where it decides. A line is JSON or logfmt-like text, at most 4 KiB, written
 * with one write(2) to stderr. Values are escaped; a line never holds a raw
 * control character, and is valid UTF-8 whatever it was given. A line that did
 * not fit is cut between characters, and says "cut".
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <quern/err.h>
#include <stddef.h>
#include <stdint.h>

enum qn_log_level { QN_LOG_DEBUG, QN_LOG_INFO, QN_LOG_WARN, QN_LOG_ERROR };
enum qn_log_format { QN_LOG_TEXT, QN_LOG_JSON };

/* One key and its value; ends the list with QN_LOG_END. */
struct qn_log_field {
    const char *key;
    const char *text; /* or NULL: number is the value */
    int64_t number;
};
static inline struct qn_log_field qn_log_str(const char *key, const char *text)
{
    return (struct qn_log_field){.key = key, .text = text != NULL ? text : ""};
}
#define QN_STR(k, v) qn_log_str(k, v)
#define QN_NUM(k, v) ((struct qn_log_field){.key = (k), .number = (int64_t)(v)})

/* program is put on each line. Before this call lines go out as text, level info. */
void qn_log_setup(const char *program, enum qn_log_level level, enum qn_log_format format);
int qn_log_level_parse(const char *text, enum qn_log_level *ret); /* debug|info|warn|error */
bool qn_log_wants(enum qn_log_level level);

void qn_log_write(enum qn_log_level level, const char *msg, const struct qn_log_field *fields,
                  int n_fields);

/* qn_log(QN_LOG_INFO, "job ended", QN_STR("job", id), QN_NUM("ms", took)); */
#define qn_log(level, ...) QN_LOG_CALL(level, __VA_ARGS__, (struct qn_log_field){.key = NULL})
#define QN_LOG_CALL(level, msg, ...)                                         \
    do {                                                                     \
        if (qn_log_wants(level)) {                                           \
            const struct qn_log_field qn_fields_[] = {__VA_ARGS__};          \
            qn_log_write(level, msg, qn_fields_,                             \
                         (int)(sizeof(qn_fields_) / sizeof(qn_fields_[0]))); \
        }                                                                    \
    } while (0)

#endif
