/* open_table.c - a table that ends where memory ends. */
#include "plugin.h"

#include <sys/mman.h>

#define PAGE 4096

extern struct qn_plugin quern_plugin __attribute__((visibility("default")));
struct qn_plugin quern_plugin = {
    .magic = QN_PLUGIN_MAGIC,
    .abi = QN_ABI_VERSION,
    .task_size = sizeof(struct qn_task),
    .param_size = sizeof(struct qn_param),
    .version = QN_VERSION,
};
static const struct qn_task task = FINE_TASK("open");

AT_LOAD make_table(void)
{
    char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const struct qn_task **last = (const struct qn_task **)(void *)(pages + PAGE) - 1;

    if (mprotect(pages + PAGE, PAGE, PROT_NONE) < 0)
        abort();
    *last = &task;
    quern_plugin.tasks = last;
}
