quern_program(sales_probe SOURCES sales_probe.c LINK quern_tasks quern_tasks_lib quern_common)
