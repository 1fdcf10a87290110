#include "enqueue_parse.h"

int api_draft_parse(struct qn_span json, struct qn_draft *ret, struct api_fault *fault)
{
    char field[QN_DRAFT_FIELD_SIZE];
    struct qn_err err;

    int rc = qn_draft_parse(json, NULL, ret, field, &err);
    if (rc == QN_OK)
        return QN_OK;
    if (rc == QN_ENOMEM)
        return api_fault_set(fault, API_INTERNAL, NULL, "%s", err.msg);
    return api_fault_set(fault, API_BAD_JOB, field[0] != '\0' ? field : NULL, "%s", err.msg);
}
