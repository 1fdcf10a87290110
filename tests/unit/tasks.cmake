add_library(quern_test_job STATIC ${PROJECT_SOURCE_DIR}/tests/support/job_double.c)
target_link_libraries(quern_test_job PUBLIC quern_flags quern_common)

foreach(module IN ITEMS csv html)
  set(unit_links_test_${module} quern_tasks_lib)
endforeach()
set(unit_links_test_svg quern_tasks_lib m)
set(unit_links_test_sales_args quern_tasks quern_tasks_lib)
set(unit_links_test_sales_task quern_tasks quern_test_job quern_tasks_lib)
