#include "json_member.h"

#include "clock.h"
#include "json.h"
#include <string.h>

int qn_json_member_raw(struct qn_buf *out, const char *key, const char *text, size_t len)
{
    if (len == 0)
        return qn_buf_status(out);
    qn_json_add_key(out, key);
    if (qn_json_check(text, len, NULL, NULL) == QN_OK)
        return qn_buf_add(out, text, len);
    return qn_json_add_string(out, text, len);
}

int qn_json_member_text(struct qn_buf *out, const char *key, const char *text)
{
    if (text[0] == '\0')
        return qn_buf_status(out);
    qn_json_add_key(out, key);
    return qn_json_add_str(out, text);
}

int qn_json_member_time(struct qn_buf *out, const char *key, int64_t wall_ms)
{
    char text[QN_TIME_TEXT_SIZE];
    if (wall_ms <= 0)
        return qn_buf_status(out);
    qn_time_to_str(wall_ms, text);
    return qn_json_member_text(out, key, text);
}

int qn_json_member_number(struct qn_buf *out, const char *key, int64_t value)
{
    qn_json_add_key(out, key);
    return qn_json_add_i64(out, value);
}

int qn_json_member_flag(struct qn_buf *out, const char *key, bool value)
{
    qn_json_add_key(out, key);
    return qn_buf_add_str(out, value ? "true" : "false");
}

int qn_json_member_lines(struct qn_buf *out, const char *key, const char *lines)
{
    if (lines[0] == '\0')
        return qn_buf_status(out);
    qn_json_add_key(out, key);
    qn_buf_add_byte(out, '[');
    const char *comma = "";
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");
        if (len > 0 && qn_json_check(lines, len, NULL, NULL) == QN_OK) {
            qn_buf_add_str(out, comma);
            qn_buf_add(out, lines, len);
            comma = ",";
        }
        lines += len;
        lines += *lines == '\n';
    }
    return qn_buf_add_byte(out, ']');
}
