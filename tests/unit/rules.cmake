foreach(module IN ITEMS rules rules_words rules_periods)
  set(unit_links_test_${module} quern_test_model quern_tasks quern_tasks_lib)
endforeach()
