/* wrong_abi.c - built by a Quern to come. */
#include "plugin.h"

extern const struct qn_plugin quern_plugin __attribute__((visibility("default")));
const struct qn_plugin quern_plugin = {
    .magic = QN_PLUGIN_MAGIC,
    .abi = 3,
    .task_size = 4,
    .version = "0.9.0",
};
