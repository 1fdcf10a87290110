/* ask_usage.c - what a question cost, as a row of quern.llm_usage: of all requests that were made
 * for it, also when nothing came of them.
 */
#include "ask_run.h"

void ask_note_usage(struct ask *ask)
{
    struct qn_llm_usage usage = ask->route.usage;

    if (usage.model == NULL || usage.model[0] == '\0') {
        return;
    }
    usage.job = qn_job_id(ask->job);
    usage.key = ask->args.key;
    usage.purpose = QN_LLM_SQL;
    place_note_usage(ask->place, &usage);
}
