foreach(module IN ITEMS ask_answer ask_args ask_audit ask_texts nl2sql_docs)
  set(unit_links_test_${module} quern_tasks quern_test_job quern_test_model quern_tasks_lib m)
endforeach()
