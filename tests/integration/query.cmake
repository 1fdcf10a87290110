quern_program(query_probe SOURCES query_probe.c LINK quern_tasks quern_tasks_lib quern_common)
