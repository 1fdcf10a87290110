/* newtask.c - quern new-task: the skeleton of a task in a folder of its own. */
#include "broker-client/taskdef.h"
#include "common/json.h"
#include "common/str.h"
#include "folder.h"
#include "link.h"
#include "run.h"
#include "skeletons.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX  (64 * 1024)
#define FILES_MAX 5

struct file {
    const char *name; /* may hold @NAME@ */
    const char *text;
    const char *what;
    bool runs;
};

/* A way to add a task; the hints are lines for a shell in the new folder. */
struct way {
    const char *option;
    const char *language; /* of a program; NULL: none */
    const char *program;
    struct file files[FILES_MAX];
    const char *try_it;
    const char *serve;
};

#define BUILD "cmake -B build && cmake --build build && ctest --test-dir build"
#define EXEC_FILES(program, text)                                                          \
    {                                                                                      \
        {"@NAME@.task", cli_skeleton_exec_task, "its name, parameters and limits", false}, \
            {program, text, "the program", true},                                          \
        {                                                                                  \
            "test.sh", cli_skeleton_exec_test, "its test, without a broker", true          \
        }                                                                                  \
    }

static const struct way ways[] = {
    {.option = "c",
     .files = {{"task.c", cli_skeleton_c_task, "the task", false},
               {"task.h", cli_skeleton_c_header, "its header", false},
               {"main.c", cli_skeleton_c_main, "the worker", false},
               {"CMakeLists.txt", cli_skeleton_c_cmake, "builds and tests them", false},
               {"test.sh", cli_skeleton_c_test, "its test, without a broker", true}},
     .try_it = BUILD,
     .serve = "build/@WORD@-worker"},
    {.option = "plugin",
     .files = {{"task.c", cli_skeleton_plugin_task, "the task", false},
               {"CMakeLists.txt", cli_skeleton_plugin_cmake, "builds and tests it", false},
               {"test.sh", cli_skeleton_plugin_test, "its test, without a broker", true}},
     .try_it = BUILD,
     .serve = "quern-worker --task-path build/@WORD@.so"},
    {.option = "exec",
     .language = "sh",
     .program = "run.sh",
     .files = EXEC_FILES("run.sh", cli_skeleton_exec_sh),
     .try_it = "./test.sh",
     .serve = "quern-worker --task-path ."},
    {.option = "exec",
     .language = "python",
     .program = "run.py",
     .files = EXEC_FILES("run.py", cli_skeleton_exec_python),
     .try_it = "./test.sh",
     .serve = "quern-worker --task-path ."},
    {.option = "exec",
     .language = "javascript",
     .program = "run.js",
     .files = EXEC_FILES("run.js", cli_skeleton_exec_javascript),
     .try_it = "./test.sh",
     .serve = "quern-worker --task-path ."},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

struct plan {
    const struct cli *cli;
    const struct way *way;
    const char *name;             /* image.thumbnail */
    char word[QN_NAME_MAX + 1];   /* image-thumbnail */
    char symbol[QN_NAME_MAX + 2]; /* image_thumbnail */
    char folder[CLI_PATH_SIZE];
};

/* ---- what is asked for ---- */

static int choose(struct plan *plan, struct qn_err *reterr)
{
    const struct cli *cli = plan->cli;
    const char *language = cli_option(cli, "language");
    int n = cli_flag(cli, "c") + cli_flag(cli, "plugin") + cli_flag(cli, "exec");

    if (n != 1)
        return qn_fail(reterr, QN_EINVAL, "new-task needs one of --c, --plugin and --exec");
    if (language && !cli_flag(cli, "exec"))
        return qn_fail(reterr, QN_EINVAL, "--language goes with --exec");
    for (size_t i = 0; i < WAYS && !plan->way; i++)
        if (cli_flag(cli, ways[i].option) &&
            (!language || (ways[i].language && strcmp(ways[i].language, language) == 0)))
            plan->way = &ways[i];
    if (!plan->way)
        return qn_fail(reterr, QN_EINVAL, "--language: \"%.40s\" is not sh, python or javascript",
                       language);
    return QN_OK;
}

/* A C name and a target of CMake begin with a letter. */
static int name_it(struct plan *plan, struct qn_err *reterr)
{
    size_t len = strlen(plan->name);

    if (!qn_task_name_ok(plan->name) || !isalpha((unsigned char)plan->name[0]) ||
        !isalnum((unsigned char)plan->name[len - 1]))
        return qn_fail(reterr, QN_EINVAL,
                       "\"%.80s\" is no task name: 1-64 of [a-z0-9_.-], first a letter, such as "
                       "image.thumbnail",
                       plan->name);
    for (size_t i = 0; i <= len; i++) {
        bool is_word = isalnum((unsigned char)plan->name[i]) || plan->name[i] == '\0';
        plan->word[i] = is_word ? plan->name[i] : '-';
        plan->symbol[i] = is_word ? plan->name[i] : '_';
    }
    const char *folder = cli_option(plan->cli, "folder");
    if (!qn_str_copy(plan->folder, sizeof(plan->folder), folder ? folder : plan->word))
        return qn_fail(reterr, QN_ELIMIT, "--folder: the path is too long");
    return QN_OK;
}

/* ---- writing ---- */

static const char *value_of(const struct plan *plan, const char *at, size_t *ret_len)
{
    const struct {
        const char *key, *value;
    } keys[] = {
        {"@NAME@", plan->name},
        {"@WORD@", plan->word},
        {"@SYMBOL@", plan->symbol},
        {"@PROGRAM@", plan->way->program},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        *ret_len = strlen(keys[i].key);
        if (strncmp(at, keys[i].key, *ret_len) == 0)
            return keys[i].value;
    }
    return NULL;
}

static void fill_in(const struct plan *plan, const char *text, struct qn_buf *out)
{
    while (*text) {
        size_t len;
        const char *value = *text == '@' ? value_of(plan, text, &len) : NULL;
        if (value)
            qn_buf_add_str(out, value);
        else
            qn_buf_add_byte(out, *text);
        text += value ? len : 1;
    }
}

/* Never over a file that is there. */
static int write_file(const struct plan *plan, const struct file *file, struct qn_err *reterr)
{
    char path[CLI_PATH_SIZE];
    struct qn_buf name, text;

    qn_buf_init(&name, CLI_PATH_SIZE);
    qn_buf_init(&text, TEXT_MAX);
    fill_in(plan, file->name, &name);
    fill_in(plan, file->text, &text);
    int rc = qn_buf_status(&name) != QN_OK ? qn_buf_status(&name) : qn_buf_status(&text);
    if (rc != QN_OK)
        qn_fail(reterr, rc, "%s: %s", file->name, qn_err_text(rc));
    else
        rc = cli_path_join(path, plan->folder, name.data, reterr);
    if (rc == QN_OK) {
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file->runs ? 0777 : 0666);
        bool written = fd >= 0 && write(fd, text.data, text.len) == (ssize_t)text.len;
        if ((fd >= 0 && close(fd) < 0) || !written)
            rc = qn_fail_sys(reterr, "%s", path);
    }
    qn_buf_release(&name);
    qn_buf_release(&text);
    return rc;
}

static bool is_empty(const char *folder)
{
    DIR *dir = opendir(folder);
    int n = 0;

    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return dir && n <= 2; /* . and .. */
}

static int write_all(const struct plan *plan, struct qn_err *reterr)
{
    if (access(plan->folder, F_OK) == 0 && !is_empty(plan->folder))
        return qn_fail(reterr, QN_EEXISTS, "%s is there already: name another with --folder",
                       plan->folder);
    int rc = cli_path_make(plan->folder, 0777, reterr);
    for (size_t i = 0; i < FILES_MAX && plan->way->files[i].name && rc == QN_OK; i++)
        rc = write_file(plan, &plan->way->files[i], reterr);
    return rc;
}

/* ---- telling ---- */

static void print_filled(const struct plan *plan, const char *before, const char *text,
                         const char *after)
{
    struct qn_buf line;

    qn_buf_init(&line, TEXT_MAX);
    fill_in(plan, text, &line);
    fprintf(plan->cli->term.out, "%s%s%s", before, line.data, after);
    qn_buf_release(&line);
}

static void tell(const struct plan *plan)
{
    FILE *out = plan->cli->term.out;

    fprintf(out, "%s/\n", plan->folder);
    for (size_t i = 0; i < FILES_MAX && plan->way->files[i].name; i++) {
        const struct file *file = &plan->way->files[i];
        print_filled(plan, "  ", file->name, "");
        int pad = 24 - (int)strlen(file->name) -
                  (strstr(file->name, "@NAME@") ? (int)strlen(plan->name) - 6 : 0);
        fprintf(out, "%*s  %s\n", pad > 0 ? pad : 0, "", file->what);
    }
    fprintf(out, "Next:\n  cd %s\n", plan->folder);
    print_filled(plan, "  ", plan->way->try_it, "\n");
    print_filled(plan, "  ", plan->way->serve, "    # takes jobs from the broker\n");
    print_filled(plan, "  quern enqueue ", plan->name, " text=hello times=3 --wait\n");
}

static int tell_json(const struct plan *plan, struct qn_err *reterr)
{
    struct qn_buf json, name;

    qn_buf_init(&json, TEXT_MAX);
    qn_buf_init(&name, CLI_PATH_SIZE);
    qn_buf_add_byte(&json, '{');
    qn_json_add_key(&json, "task");
    qn_json_add_str(&json, plan->name);
    qn_json_add_key(&json, "folder");
    qn_json_add_str(&json, plan->folder);
    qn_json_add_key(&json, "files");
    for (size_t i = 0; i < FILES_MAX && plan->way->files[i].name; i++) {
        qn_buf_reset(&name);
        fill_in(plan, plan->way->files[i].name, &name);
        qn_buf_add_byte(&json, i == 0 ? '[' : ',');
        qn_json_add_string(&json, name.data, name.len);
    }
    qn_buf_add_str(&json, "]}\n");
    int rc = qn_buf_status(&json);
    if (rc == QN_OK)
        fputs(json.data, plan->cli->term.out);
    else
        qn_fail(reterr, rc, "new-task: %s", qn_err_text(rc));
    qn_buf_release(&json);
    qn_buf_release(&name);
    return rc;
}

int cli_run_new_task(struct cli *cli)
{
    struct plan plan = {.cli = cli, .name = cli->words[0]};
    struct qn_err err = {0};
    int rc = choose(&plan, &err);

    if (rc == QN_OK)
        rc = name_it(&plan, &err);
    if (rc == QN_OK)
        rc = write_all(&plan, &err);
    if (rc == QN_OK && cli->json)
        rc = tell_json(&plan, &err);
    else if (rc == QN_OK)
        tell(&plan);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
