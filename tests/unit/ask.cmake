foreach(module IN ITEMS ask_audit)
  set(unit_links_test_${module} quern_tasks quern_tasks_lib m)
endforeach()
