/* wrong_magic.c - the symbol is there, and is something else. */
extern const char quern_plugin[] __attribute__((visibility("default")));
const char quern_plugin[] =
    "a text that somebody called quern_plugin for whatever reason there was";
