/* json_member.h - members of an object being written, most of them left out when
 * there is nothing to say. Each begins with qn_json_add_key(); failure is
 * remembered by the buffer.
 */
#ifndef COMMON_JSON_MEMBER_H
#define COMMON_JSON_MEMBER_H

#include "buf.h"

/* JSON from elsewhere, as it is when it passes the strict check, else as a string:
 * one bad value cannot break the document around it. Left out when empty. */
int qn_json_member_raw(struct qn_buf *out, const char *key, const char *text, size_t len);
/* Left out when empty. */
int qn_json_member_text(struct qn_buf *out, const char *key, const char *text);
/* RFC 3339; left out when 0 or less. */
int qn_json_member_time(struct qn_buf *out, const char *key, int64_t wall_ms);
int qn_json_member_number(struct qn_buf *out, const char *key, int64_t value);
int qn_json_member_flag(struct qn_buf *out, const char *key, bool value);
/* JSON lines as an array; lines that do not pass the check are passed over. Left out
 * when empty. */
int qn_json_member_lines(struct qn_buf *out, const char *key, const char *lines);

#endif
