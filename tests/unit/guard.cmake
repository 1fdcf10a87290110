foreach(module IN ITEMS guard guard_hostile)
  set(unit_links_test_${module} quern_test_model quern_tasks quern_tasks_lib)
endforeach()
set(unit_links_test_json_tree quern_tasks_lib)
