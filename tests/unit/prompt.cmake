foreach(module IN ITEMS clean)
  set(unit_links_test_${module} quern_tasks quern_tasks_lib)
endforeach()
