/* sales_probe.c - makes one sales report, without a queue.
 *
 *   sales_probe URL ARGUMENTS [FOLDER]
 *
 * Prints the JSON document; with FOLDER it also writes sales.json, sales.csv and
 * sales.html there. An error goes to stderr as "CODE text", exit code 1. With
 * PROBE_RUNS=n in the environment it makes the report n times and prints, instead of
 * the document, one line of "seconds rss_kib" each.
 */
#include "common/json.h"
#include "tasks/reports/sales_report.h"
#include "tasks/reports/sales_write.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)

typedef int write_fn(const struct sales_report *report, struct qn_buf *out);

static int write_json(const struct sales_report *report, struct qn_buf *out)
{
    return sales_write_json(report, false, out);
}

static int write_file(const struct sales_report *report, const char *folder, const char *name,
                      write_fn *fn)
{
    char path[4096];
    struct qn_buf out;
    FILE *file;
    bool written;

    qn_buf_init(&out, OUTPUT_MAX);
    if (fn(report, &out) != QN_OK) {
        return 1;
    }
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "wb");
    written = file != NULL && fwrite(out.data, 1, out.len, file) == out.len;
    qn_buf_release(&out);
    return file != NULL && fclose(file) == 0 && written ? 0 : 1;
}

static int write_all(const struct sales_report *report, const char *folder)
{
    return write_file(report, folder, "sales.json", write_json) +
           write_file(report, folder, "sales.csv", sales_write_csv) +
           write_file(report, folder, "sales.html", sales_write_html);
}

static long rss_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "r");

    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            kib = strtol(line + 6, NULL, 10);
        }
    }
    if (status != NULL) {
        fclose(status);
    }
    return kib;
}

static int print(const struct sales_report *report)
{
    struct qn_buf out;
    int rc;

    qn_buf_init(&out, OUTPUT_MAX);
    rc = sales_write_json(report, false, &out);
    if (rc == QN_OK && qn_json_check(out.data, out.len, NULL, NULL) == QN_OK) {
        printf("%s\n", out.data);
    } else {
        rc = QN_EINVAL;
    }
    qn_buf_release(&out);
    return rc;
}

static int once(struct qn_pg *pg, const char *arguments, const char *folder, bool quiet,
                struct qn_err *err)
{
    const struct sales_source source = {.pg = pg, .tz = "Asia/Shanghai", .clock = &qn_clock_system};
    struct sales_report *report;
    struct sales_args args;
    int rc = sales_args_parse(&args, arguments, strlen(arguments), err);

    if (rc == QN_OK) {
        rc = qn_pg_ready(pg, "sales_probe", -1, err);
    }
    if (rc == QN_OK) {
        rc = sales_report_create(&report, &args, &source, err);
    }
    if (rc != QN_OK) {
        return rc;
    }
    if (!quiet) {
        rc = print(report);
    }
    if (rc == QN_OK && folder != NULL && write_all(report, folder) != 0) {
        rc = qn_fail(err, QN_ESYS, "the files cannot be written");
    }
    sales_report_free(report);
    return rc;
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    const char *runs = getenv("PROBE_RUNS");
    struct qn_err err = {.code = QN_OK};
    struct qn_pg *pg = NULL;
    int rc;

    if (argc < 3) {
        fputs("usage: sales_probe URL ARGUMENTS [FOLDER]\n", stderr);
        return 64;
    }
    rc = qn_pg_create(&pg, argv[1], &err);
    if (rc == QN_OK && runs != NULL) {
        printf("0 %ld\n", rss_kib());
    }
    for (long i = runs != NULL ? strtol(runs, NULL, 10) : 1; rc == QN_OK && i > 0; i--) {
        double begun = seconds();

        rc = once(pg, argv[2], argv[3], runs != NULL, &err);
        if (runs != NULL) {
            printf("%.3f %ld\n", seconds() - begun, rss_kib());
        }
    }
    if (rc != QN_OK) {
        fprintf(stderr, "%s %s\n", qn_err_name(rc), err.msg);
    }
    qn_pg_free(pg);
    return rc == QN_OK ? 0 : 1;
}
