quern_program(model_forms_probe SOURCES model_forms_probe.c
              LINK quern_test_model quern_tasks_lib quern_common)
