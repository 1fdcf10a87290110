/* Writes a model with hostile names in all its forms: model_forms_probe FOLDER HINTS. */
#include "common/mem.h"
#include "tasks/lib/model/model_export.h"
#include "tests/support/model_room.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const hostile[] = {
    "a|b",
    "x\"y",
    "--> ",
    "```",
    "two\nlines",
    "<script>alert(1)</script>",
    "*b* __u__",
    "[a](b)",
    "%%{init}",
    "名称",
    "1st",
    "\\u0041 \\",
    "no",
    "",
    "#: {a: b}",
    "- x",
    "\x7f\xc2\x85\xe2\x80\xa8\xef\xbb\xbf",
    "www.a.de",
    "\xf0\x9f\x98\x80",
    "O'Brien; DROP TABLE x",
};

typedef int export_fn(const struct qn_model *model, struct qn_buf *out);

static void write_form(const struct qn_model *model, export_fn *export, const char *folder,
                       const char *name)
{
    char path[500];
    struct qn_buf out;
    FILE *file;

    qn_buf_init(&out, QN_MODEL_BYTES_MAX);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "wb");
    if (file == NULL || export(model, &out) != QN_OK ||
        fwrite(out.data, 1, out.len, file) != out.len || fclose(file) != 0) {
        fprintf(stderr, "cannot write %s\n", path);
        exit(1);
    }
    qn_buf_release(&out);
}

static struct qn_model *build(struct model_room *room, const char *hints_path)
{
    struct qn_catalog_table *table = model_room_table(room, "public", "evil\" { } %% ```|\n");
    struct qn_err err = {0};
    struct qn_model *model;
    size_t len;
    char *hints = model_room_file(hints_path, &len);

    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        struct qn_catalog_column *column = model_room_column(room, table, "x text");

        column->name = hostile[i];
        column->comment = hostile[i];
    }
    model_room_relation(room, table->name, hostile[0], "users");
    model_room_table(room, "public", "end");
    model = model_room_build(room, NULL);
    if (qn_model_merge(model, (struct qn_span){hints, len}, QN_MODEL_HINTS, &err) != QN_OK ||
        qn_model_seal(model, &err) != QN_OK) {
        fprintf(stderr, "%s\n", err.msg);
        exit(1);
    }
    qn_free(hints);
    return model;
}

int main(int argc, char **argv)
{
    static struct model_room room;
    struct qn_model *model;

    if (argc != 3) {
        fprintf(stderr, "usage: model_forms_probe FOLDER HINTS\n");
        return 2;
    }
    model_room_init(&room);
    model = build(&room, argv[2]);
    write_form(model, qn_model_to_json, argv[1], "json");
    write_form(model, qn_model_to_yaml, argv[1], "yaml");
    write_form(model, qn_model_to_markdown, argv[1], "md");
    write_form(model, qn_model_to_mermaid, argv[1], "mmd");
    qn_model_free(model);
    model_room_release(&room);
    return 0;
}
