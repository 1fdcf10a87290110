/* kv_lua.h - the scripts of the cache: the files kv/NAME.lua, which say their KEYS, ARGV and
 * answers.
 */
#ifndef TASKS_LIB_KV_LUA_H
#define TASKS_LIB_KV_LUA_H

extern const char qn_kv_lua_read[];
extern const char qn_kv_lua_open[];
extern const char qn_kv_lua_close[];
extern const char qn_kv_lua_fail[];
extern const char qn_kv_lua_keep[];

#endif
