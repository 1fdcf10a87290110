/* upkeep_tasks.h - the tasks of this room; README.md says what each does.
 */
#ifndef TASKS_UPKEEP_UPKEEP_TASKS_H
#define TASKS_UPKEEP_UPKEEP_TASKS_H

#include <quern/task.h>

extern const struct qn_task clean_task;      /* cache.clean_expired */
extern const struct qn_task warm_task;       /* cache.warm */
extern const struct qn_task popularity_task; /* products.sync_popularity */
extern const struct qn_task activity_task;   /* users.sync_activity */

#endif
