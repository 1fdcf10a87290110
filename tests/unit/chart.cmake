foreach(module IN ITEMS chart_choose chart_json chart_svg chart_time export)
  set(unit_links_test_${module} quern_tasks quern_tasks_lib m)
endforeach()
set(unit_links_test_chart_docs quern_test_model quern_tasks quern_tasks_lib)
