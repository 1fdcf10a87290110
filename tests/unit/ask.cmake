foreach(module IN ITEMS ask_audit)
  set(unit_links_test_${module} quern_tasks quern_tasks_lib m)
endforeach()
set(unit_links_test_ask_texts quern_tasks quern_test_job quern_test_model quern_tasks_lib m)
