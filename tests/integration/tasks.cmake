quern_program(sales_probe SOURCES sales_probe.c LINK quern_tasks quern_tasks_lib quern_common)
quern_program(sales_worker SOURCES sales_worker.c
              LINK quern_tasks quern_test_job quern_tasks_lib quern_common)
quern_program(profile_probe SOURCES profile_probe.c LINK quern_tasks_lib quern_common)
quern_program(analysis_probe SOURCES analysis_probe.c LINK quern_tasks_lib quern_common)
quern_program(catalog_probe SOURCES catalog_probe.c LINK quern_tasks_lib quern_common)
quern_program(relations_probe SOURCES relations_probe.c LINK quern_tasks_lib quern_common)
