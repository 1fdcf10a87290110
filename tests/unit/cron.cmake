foreach(module IN ITEMS cron zone)
  set(unit_links_test_${module} quern_cron)
endforeach()
