#include "common/str.h"
#include "http_private.h"
#include <string.h>
#include <strings.h>

#define BAD_LINE "a line of the head is folded, cut by a NUL or not ended by CRLF"

#define PARAMETERS_MAX 32

bool http_target_fits(const char *target)
{
    int n = 1;
    for (; *target; target++)
        n += *target == '&';
    return n <= PARAMETERS_MAX;
}

/* One pass over the header lines. */
struct head {
    int lengths, codings, hosts;
    const char *length;
    const char *coding;
    uintptr_t at;      /* where the next line must begin */
    const char *fault; /* the first, or NULL */
};

static bool is_token(const char *text, size_t len)
{
    static const char also[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && (c == '\0' || !strchr(also, c)))
            return false;
    }
    return len > 0;
}

static bool has_control(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return true;
    return false;
}

static bool is_name(const char *key, size_t len, const char *name)
{
    return len == strlen(name) && strncasecmp(key, name, len) == 0;
}

/* The library parses in place and forgets how a line ended: a bare LF ends one, a
 * NUL cuts one, and a folded line is glued to the name of the header before
 * (0.9.75). Each of these moves what follows, so a line is right when it lies
 * exactly where the one before it ends with CRLF. Addresses are compared, nothing
 * is read through them. */
static void judge_place(struct head *head, const char *key, size_t key_len, const char *value,
                        size_t value_len)
{
    uintptr_t colon = (uintptr_t)key + key_len;
    if ((uintptr_t)key != head->at || (uintptr_t)value <= colon)
        head->fault = BAD_LINE;
    head->at = (uintptr_t)value + value_len + 2;
}

static enum MHD_Result judge_line(void *arg, enum MHD_ValueKind kind, const char *key,
                                  size_t key_len, const char *value, size_t value_len)
{
    struct head *head = arg;
    (void)kind;
    if (!is_token(key, key_len))
        head->fault = "a header's name holds a character that no name may hold";
    else if (!value || has_control(value, value_len))
        head->fault = "a header's value holds a control character";
    if (head->fault)
        return MHD_NO;
    judge_place(head, key, key_len, value, value_len);
    if (is_name(key, key_len, "Content-Length") && ++head->lengths)
        head->length = value;
    else if (is_name(key, key_len, "Transfer-Encoding") && ++head->codings)
        head->coding = value;
    else if (is_name(key, key_len, "Host"))
        head->hosts++;
    return MHD_YES;
}

/* The whole head is as long as its parts: nothing was cut off behind the last
 * header, and the empty line ends with CRLF as well. */
static void judge_end(const struct api_request *req, struct head *head)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(req->exchange.connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    uintptr_t size = head->at + 2 - (uintptr_t)req->method;
    if (!head->fault && (!info || info->header_size != size))
        head->fault = BAD_LINE;
}

static const char *judge_framing(struct api_request *req, const char *version,
                                 const struct head *head)
{
    if (head->lengths > 1)
        return "more than one Content-Length";
    if (head->lengths && head->codings)
        return "Content-Length and Transfer-Encoding together";
    if (head->codings > 1)
        return "more than one Transfer-Encoding";
    if (head->codings && strcasecmp(head->coding, "chunked") != 0)
        return "the only Transfer-Encoding known here is chunked";
    if (head->codings && strcmp(version, "HTTP/1.1") != 0)
        return "Transfer-Encoding needs HTTP/1.1";
    if (head->hosts > 1)
        return "more than one Host";
    if (head->lengths && (strspn(head->length, "0123456789") != strlen(head->length) ||
                          qn_str_to_i64(head->length, &req->length) < 0))
        return "Content-Length is no number";
    return NULL;
}

const char *http_judge_head(struct api_request *req, const char *version)
{
    struct head head = {.at = (uintptr_t)version + strlen(version) + 2};
    if (http_target_end(req->exchange.connection) + 1 != (uintptr_t)version)
        head.fault = BAD_LINE;
    else
        MHD_get_connection_values_n(req->exchange.connection, MHD_HEADER_KIND, judge_line, &head);
    judge_end(req, &head);
    if (!head.fault)
        head.fault = judge_framing(req, version, &head);
    req->no_length = head.codings > 0;
    req->exchange.has_body = req->no_length || head.lengths > 1 || req->length > 0;
    return head.fault;
}
