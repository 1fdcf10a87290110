foreach(module IN ITEMS args record result)
  set(unit_links_test_dashboard_${module} quern_tasks quern_tasks_lib m)
endforeach()
