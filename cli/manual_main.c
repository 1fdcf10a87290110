/* manual_main.c - quern-manual FOLDER: writes the man pages, the completions and
 * commands.md, below folders named as those of a prefix's share/. A part of the build. */
#include "completion.h"
#include "folder.h"
#include "manual.h"
#include <string.h>

#define PAGE_MAX (256 * 1024)

struct writer {
    const char *root;
    struct qn_buf page;
    struct qn_err err;
    int rc; /* the first failure */
};

/* What the page holds, as folder/name below the root; the page is then empty. */
static void write_page(struct writer *w, const char *folder, const char *name)
{
    char path[CLI_PATH_SIZE], file[CLI_PATH_SIZE];

    if (w->rc == QN_OK && (w->rc = qn_buf_status(&w->page)) != QN_OK)
        qn_fail(&w->err, w->rc, "%s: %s", name, qn_err_text(w->rc));
    if (w->rc == QN_OK)
        w->rc = cli_path_join(path, w->root, folder, &w->err);
    if (w->rc == QN_OK)
        w->rc = cli_path_make(path, 0755, &w->err);
    if (w->rc == QN_OK)
        w->rc = cli_path_join(file, path, name, &w->err);
    if (w->rc == QN_OK)
        w->rc = cli_path_write(file, w->page.data, w->page.len, &w->err);
    qn_buf_reset(&w->page);
}

static void write_commands(struct writer *w)
{
    char name[CLI_MANUAL_NAME_SIZE], file[CLI_MANUAL_NAME_SIZE + 2];

    for (size_t i = 0; i < cli_commands_n; i++) {
        cli_manual_name(&cli_commands[i], name);
        snprintf(file, sizeof(file), "%s.1", name);
        cli_manual_command(&w->page, &cli_commands[i]);
        write_page(w, "man/man1", file);
    }
}

static void write_programs(struct writer *w)
{
    char file[CLI_MANUAL_NAME_SIZE];

    for (size_t i = 0; cli_manual_programs[i]; i++) {
        snprintf(file, sizeof(file), "%s.1", cli_manual_program_name(cli_manual_programs[i]));
        cli_manual_program(&w->page, cli_manual_programs[i]);
        write_page(w, "man/man1", file);
    }
}

static void write_completions(struct writer *w)
{
    for (const struct cli_shell *shell = cli_shells; shell->name; shell++) {
        qn_buf_add_str(&w->page, shell->script);
        write_page(w, shell->folder, shell->file);
    }
}

int main(int argc, char **argv)
{
    struct writer w = {.root = argv[1]};

    if (argc != 2) {
        fputs("usage: quern-manual FOLDER\n", stderr);
        return CLI_EXIT_USAGE;
    }
    qn_buf_init(&w.page, PAGE_MAX);
    cli_manual_overview(&w.page);
    write_page(&w, "man/man1", "quern.1");
    write_commands(&w);
    write_programs(&w);
    cli_manual_settings(&w.page);
    write_page(&w, "man/man5", "quern-settings.5");
    cli_manual_markdown(&w.page);
    write_page(&w, "doc/quern", "commands.md");
    write_completions(&w);
    qn_buf_release(&w.page);
    if (w.rc != QN_OK)
        fprintf(stderr, "quern-manual: %s\n", w.err.msg);
    return w.rc == QN_OK ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}
