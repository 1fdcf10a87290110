/* llm_lua.h - the scripts of the shared state: the files lua/NAME.lua, which say their KEYS, ARGV
 * and answers.
 */
#ifndef TASKS_LIB_LLM_LLM_LUA_H
#define TASKS_LIB_LLM_LLM_LUA_H

extern const char qn_llm_lua_begin[];
extern const char qn_llm_lua_end[];

#endif
