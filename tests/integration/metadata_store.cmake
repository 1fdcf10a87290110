quern_program(model_probe SOURCES model_probe.c LINK quern_tasks quern_test_job quern_tasks_lib
              quern_common m)
