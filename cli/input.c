#include "input.h"

int cli_input_stream(FILE *file, const char *what, struct qn_buf *out, struct qn_err *reterr)
{
    char chunk[8192];
    size_t n;

    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0 && qn_buf_status(out) == QN_OK)
        qn_buf_add(out, chunk, n);
    if (ferror(file))
        return qn_fail_sys(reterr, "%s", what);
    int rc = qn_buf_status(out);
    if (rc == QN_ELIMIT)
        return qn_fail(reterr, rc, "%s: over %zu bytes, more than may be there", what, out->max);
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "%s: %s", what, qn_err_text(rc));
}

int cli_input_file(const char *path, const char *option, struct qn_buf *out, struct qn_err *reterr)
{
    FILE *file = fopen(path, "re");

    if (!file)
        return qn_fail_sys(reterr, "%s %s", option, path);
    int rc = cli_input_stream(file, path, out, reterr);
    fclose(file);
    return rc;
}
