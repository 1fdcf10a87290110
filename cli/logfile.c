#include "logfile.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "logline.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL_MAX       (64 * 1024) /* bytes looked at from the end */
#define FILES_MAX      16
#define CHUNK_SIZE     8192
#define LINE_MAX_BYTES (16 * 1024)
#define SHOWN_MAX      (128 * 1024)

/* The end of a file, with a NUL behind it; NULL when it cannot be read. */
static char *read_end(const char *path, size_t *ret_len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    char *text = fd < 0 ? NULL : qn_alloc(TAIL_MAX + 1);

    if (text) {
        ssize_t len = pread(fd, text, TAIL_MAX, size > TAIL_MAX ? size - TAIL_MAX : 0);
        *ret_len = len > 0 ? (size_t)len : 0;
        text[*ret_len] = '\0';
    }
    if (fd >= 0)
        close(fd);
    return text;
}

void cli_log_print_tail(FILE *out, const char *path, int lines)
{
    size_t len = 0;
    char *text = read_end(path, &len);

    while (len > 0 && text[len - 1] == '\n')
        text[--len] = '\0';
    if (!text || len == 0) {
        fprintf(out, "  %s is empty\n", path);
        qn_free(text);
        return;
    }
    char *at = text + len;
    while (at > text && (at[-1] != '\n' || --lines > 0))
        at--;
    fprintf(out, "  the end of %s:\n", path);
    char *rest = at;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
        fprintf(out, "  | %s\n", line);
    qn_free(text);
}

static bool text_of(struct qn_span json, const char *key, char *out, size_t size)
{
    struct qn_json_item item;
    struct qn_buf text;

    if (!qn_json_find(json.data, json.len, key, &item) || item.type != QN_JSON_STRING)
        return false;
    qn_buf_init(&text, TAIL_MAX);
    bool whole = qn_json_unescape(item.value, &text) == QN_OK && qn_str_copy(out, size, text.data);
    qn_buf_release(&text);
    return whole;
}

bool cli_log_find(const char *path, const char *msg, const char *key, char *out, size_t size)
{
    size_t len = 0;
    char *text = read_end(path, &len), *rest = text;
    char found[128];
    bool there = false;

    out[0] = '\0';
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
        enum qn_json_type type;
        struct qn_span json = {line, strlen(line)};
        if (qn_json_check(line, json.len, &type, NULL) == QN_OK && type == QN_JSON_OBJECT &&
            text_of(json, "msg", found, sizeof(found)) && strcmp(found, msg) == 0)
            there = text_of(json, key, out, size) || key[0] == '\0';
    }
    qn_free(text);
    return there;
}

/* ---- following ---- */

struct followed {
    char name[64];
    int fd;
    struct qn_buf line; /* so far */
};

struct cli_follow {
    struct cli_follow_options options;
    int inotify;
    struct qn_watch *watch;
    int n;
    struct followed files[FILES_MAX];
};

static void show_line(const struct cli_follow *follow, struct followed *file)
{
    const struct cli_follow_options *options = &follow->options;
    struct qn_buf shown;

    qn_buf_init(&shown, SHOWN_MAX);
    if (cli_logline_add(&shown, file->name, file->line.data, file->line.len, options->colour,
                        options->all))
        fwrite(shown.data, 1, shown.len, options->out);
    qn_buf_release(&shown);
    qn_buf_reset(&file->line);
}

/* A line longer than its maximum is shown in pieces. */
static void copy_bytes(const struct cli_follow *follow, struct followed *file, const char *bytes,
                       size_t len)
{
    while (len > 0) {
        size_t room = LINE_MAX_BYTES - file->line.len, most = len < room ? len : room;
        const char *end = memchr(bytes, '\n', most);
        size_t part = end ? (size_t)(end - bytes) : most;
        qn_buf_add(&file->line, bytes, part);
        if (end || file->line.len == LINE_MAX_BYTES)
            show_line(follow, file);
        bytes += part + (end != NULL);
        len -= part + (end != NULL);
    }
}

static void copy_new(const struct cli_follow *follow, struct followed *file)
{
    char chunk[CHUNK_SIZE];
    ssize_t len;

    while ((len = read(file->fd, chunk, sizeof(chunk))) > 0)
        copy_bytes(follow, file, chunk, (size_t)len);
    fflush(follow->options.out);
}

static void forget_file(const struct cli_follow *follow, struct followed *file)
{
    copy_new(follow, file);
    close(file->fd);
    qn_buf_release(&file->line);
}

static void on_change(void *arg, int fd, unsigned ready)
{
    struct cli_follow *follow = arg;
    char events[4096];

    (void)ready;
    while (read(fd, events, sizeof(events)) > 0)
        continue; /* which file it was does not matter */
    for (int i = 0; i < follow->n; i++)
        copy_new(follow, &follow->files[i]);
}

int cli_follow_create(struct cli_follow **ret, struct qn_loop *loop,
                      const struct cli_follow_options *options, struct qn_err *reterr)
{
    struct cli_follow *follow = qn_zalloc(1, sizeof(*follow));

    if (!follow)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    follow->options = *options;
    follow->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (follow->inotify < 0) {
        qn_free(follow);
        return qn_fail_sys(reterr, "inotify");
    }
    int rc = qn_watch_create(&follow->watch, loop, follow->inotify, on_change, follow, reterr);
    if (rc != QN_OK) {
        cli_follow_free(follow);
        return rc;
    }
    qn_watch_want(follow->watch, QN_IO_READ);
    *ret = follow;
    return QN_OK;
}

void cli_follow_free(struct cli_follow *follow)
{
    if (!follow)
        return;
    qn_watch_free(follow->watch);
    for (int i = 0; i < follow->n; i++)
        forget_file(follow, &follow->files[i]);
    close(follow->inotify);
    qn_free(follow);
}

static struct followed *place_for(struct cli_follow *follow, const char *name)
{
    for (int i = 0; i < follow->n; i++)
        if (strcmp(follow->files[i].name, name) == 0) {
            forget_file(follow, &follow->files[i]);
            return &follow->files[i];
        }
    return follow->n < FILES_MAX ? &follow->files[follow->n++] : NULL;
}

int cli_follow_add(struct cli_follow *follow, const char *name, const char *path, bool from_start,
                   struct qn_err *reterr)
{
    int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || inotify_add_watch(follow->inotify, path, IN_MODIFY) < 0) {
        int rc = qn_fail_sys(reterr, "%s", path);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    struct followed *file = place_for(follow, name);
    if (!file) {
        close(fd);
        return qn_fail(reterr, QN_ELIMIT, "more than %d logs", FILES_MAX);
    }
    *file = (struct followed){.fd = fd};
    qn_buf_init(&file->line, LINE_MAX_BYTES + 1);
    (void)lseek(fd, 0, from_start ? SEEK_SET : SEEK_END);
    qn_str_copy(file->name, sizeof(file->name), name);
    return QN_OK;
}
