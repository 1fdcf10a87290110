/* bench_info.h - numbers in what INFO of Redis says. Pure. */
#ifndef CLI_BENCH_INFO_H
#define CLI_BENCH_INFO_H

#include "common/buf.h"

/* used_cpu_user_main_thread and used_cpu_sys_main_thread of the section cpu, together: what the
 * thread that runs the commands has used, in us. False when they are not there. */
bool cli_info_cpu_us(struct qn_span info, int64_t *ret_us);
/* How often a command ("evalsha") was called, by the section commandstats; 0 when it does not
 * name it. */
int64_t cli_info_calls(struct qn_span info, const char *command);

#endif
