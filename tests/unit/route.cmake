foreach(module IN ITEMS route translate_args)
  set(unit_links_test_${module} quern_tasks quern_test_job quern_test_model quern_tasks_lib m)
endforeach()
