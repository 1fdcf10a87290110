/* upkeep_lua.h - the scripts of upkeep: the files lua/NAME.lua, which say their KEYS, ARGV and
 * answers.
 *
 * Not here: when they run.
 */
#ifndef TASKS_UPKEEP_UPKEEP_LUA_H
#define TASKS_UPKEEP_UPKEEP_LUA_H

extern const char upkeep_lua_move[];
extern const char upkeep_lua_sweep[];
extern const char upkeep_lua_hot[];

#endif
