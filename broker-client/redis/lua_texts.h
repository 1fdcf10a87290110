/* lua_texts.h - the texts of redis/lua, embedded when the program is built. */
#ifndef BROKER_CLIENT_REDIS_LUA_TEXTS_H
#define BROKER_CLIENT_REDIS_LUA_TEXTS_H

extern const char qn_lua_now[];
extern const char qn_lua_lib[];
extern const char qn_lua_alive[];
extern const char qn_lua_audit[];
extern const char qn_lua_budget[];
extern const char qn_lua_cancel[];
extern const char qn_lua_claim[];
extern const char qn_lua_define[];
extern const char qn_lua_drop[];
extern const char qn_lua_enqueue[];
extern const char qn_lua_finish[];
extern const char qn_lua_flash[];
extern const char qn_lua_forget[];
extern const char qn_lua_forward[];
extern const char qn_lua_join[];
extern const char qn_lua_lead[];
extern const char qn_lua_leave[];
extern const char qn_lua_lanes[];
extern const char qn_lua_limit[];
extern const char qn_lua_limits[];
extern const char qn_lua_list[];
extern const char qn_lua_look[];
extern const char qn_lua_message[];
extern const char qn_lua_note[];
extern const char qn_lua_note_fires[];
extern const char qn_lua_pause[];
extern const char qn_lua_gate[];
extern const char qn_lua_peek[];
extern const char qn_lua_place[];
extern const char qn_lua_plan[];
extern const char qn_lua_publish[];
extern const char qn_lua_purge[];
extern const char qn_lua_trim[];
extern const char qn_lua_reconcile[];
extern const char qn_lua_recover[];
extern const char qn_lua_renew[];
extern const char qn_lua_replay[];
extern const char qn_lua_sale[];
extern const char qn_lua_stats[];
extern const char qn_lua_survey[];
extern const char qn_lua_take[];
extern const char qn_lua_timetable[];
extern const char qn_lua_wait[];
extern const char qn_lua_workers[];

#endif
