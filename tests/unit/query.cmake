set(unit_links_test_slot quern_tasks_lib)
foreach(module IN ITEMS query_rows query_role)
  set(unit_links_test_${module} quern_tasks quern_tasks_lib m)
endforeach()
