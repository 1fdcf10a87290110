#include "llm_stream.h"

#include <string.h>

static const char mark[] = "\xef\xbb\xbf";

void qn_llm_stream_init(struct qn_llm_stream *stream, qn_llm_event_fn *fn, void *arg)
{
    *stream = (struct qn_llm_stream){.fn = fn, .arg = arg};
    qn_buf_init(&stream->line, QN_LLM_EVENT_MAX);
    qn_buf_init(&stream->data, QN_LLM_EVENT_MAX);
}

void qn_llm_stream_release(struct qn_llm_stream *stream)
{
    qn_buf_release(&stream->line);
    qn_buf_release(&stream->data);
}

static int end_event(struct qn_llm_stream *stream)
{
    int rc = stream->has_data
                 ? stream->fn(stream->arg, (struct qn_span){stream->data.data, stream->data.len})
                 : QN_OK;

    qn_buf_reset(&stream->data);
    stream->has_data = false;
    return rc;
}

/* The value of a data line; "data" alone is an empty one. */
static bool is_data(struct qn_span line, struct qn_span *ret)
{
    static const char name[] = "data";
    const size_t len = sizeof(name) - 1;

    if (line.len < len || memcmp(line.data, name, len) != 0 ||
        (line.len > len && line.data[len] != ':')) {
        return false;
    }
    *ret = (struct qn_span){line.data + len, line.len - len};
    for (const char *skip = ": "; *skip != '\0' && ret->len > 0 && ret->data[0] == *skip; skip++) {
        ret->data++;
        ret->len--;
    }
    return true;
}

static int end_line(struct qn_llm_stream *stream)
{
    struct qn_span line = {stream->line.data, stream->line.len}, value;

    if (!stream->begun && line.len >= 3 && memcmp(line.data, mark, 3) == 0) {
        line = (struct qn_span){line.data + 3, line.len - 3};
    }
    stream->begun = true;
    if (line.len == 0) {
        return end_event(stream);
    }
    if (is_data(line, &value)) {
        if (stream->has_data) {
            qn_buf_add_byte(&stream->data, '\n');
        }
        qn_buf_add(&stream->data, value.data, value.len);
        stream->has_data = true;
    }
    return qn_buf_status(&stream->data);
}

static size_t find_end(struct qn_span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.data[i] == '\n' || bytes.data[i] == '\r') {
            return i;
        }
    }
    return bytes.len;
}

int qn_llm_stream_push(struct qn_llm_stream *stream, struct qn_span bytes)
{
    int rc = QN_OK;

    while (bytes.len > 0 && rc == QN_OK) {
        size_t len = find_end(bytes);

        if (stream->after_cr && bytes.data[0] == '\n') {
            stream->after_cr = false;
            bytes = (struct qn_span){bytes.data + 1, bytes.len - 1};
            continue;
        }
        stream->after_cr = false;
        rc = qn_buf_add(&stream->line, bytes.data, len);
        if (rc != QN_OK || len == bytes.len) {
            return rc;
        }
        stream->after_cr = bytes.data[len] == '\r';
        rc = end_line(stream);
        qn_buf_reset(&stream->line);
        bytes = (struct qn_span){bytes.data + len + 1, bytes.len - len - 1};
    }
    return rc;
}
