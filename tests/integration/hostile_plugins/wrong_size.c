/* wrong_size.c - the same ABI, another layout. */
#include "plugin.h"

extern const struct qn_plugin quern_plugin __attribute__((visibility("default")));
const struct qn_plugin quern_plugin = {
    .magic = QN_PLUGIN_MAGIC,
    .abi = QN_ABI_VERSION,
    .task_size = sizeof(struct qn_task) / 2,
    .param_size = sizeof(struct qn_param),
    .version = QN_VERSION,
};
