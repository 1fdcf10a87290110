#include "tasks.h"

#include "tasks/bench/noop.h"
#include "tasks/mail/welcome.h"
#include "tasks/metadata/datasource_command.h"
#include "tasks/metadata/metadata.h"
#include "tasks/nl2sql/ask/ask.h"
#include "tasks/nl2sql/check.h"
#include "tasks/nl2sql/dashboard/dashboard.h"
#include "tasks/nl2sql/feedback.h"
#include "tasks/nl2sql/translate.h"
#include "tasks/orders/orders.h"
#include "tasks/reports/sales.h"
#include "tasks/upkeep/upkeep_tasks.h"
#include <stddef.h>

/* clang-format off */
const struct qn_task *const qn_builtin_tasks[] = {
    &sales_task,
    &orders_process_task,
    &orders_create_task,
    &orders_release_task,
    &mail_welcome_task,
    &metadata_analyze_task,
    &metadata_review_task,
    &nl2sql_translate_task,
    &nl2sql_ask_task,
    &nl2sql_check_task,
    &nl2sql_dashboard_task,
    &nl2sql_feedback_task,
    &clean_task,
    &warm_task,
    &popularity_task,
    &activity_task,
    &noop_task,
    NULL,
};
/* clang-format on */

const struct qn_subcommand qn_builtin_subcommands[] = {
    {"datasource", qn_datasource_words, "databases that may be asked; quern datasource runs it",
     qn_datasource_main},
    {NULL, NULL, NULL, NULL},
};
