quern_program(llm_probe SOURCES llm_probe.c LINK quern_tasks_lib quern_common)
