foreach(module IN ITEMS arena catalog catalog_diff catalog_labels catalog_text)
  set(unit_links_test_${module} quern_tasks_lib)
endforeach()
