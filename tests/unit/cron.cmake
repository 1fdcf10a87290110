foreach(module IN ITEMS cron cron_words zone)
  set(unit_links_test_${module} quern_cron)
endforeach()
