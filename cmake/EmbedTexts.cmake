# cmake -D OUTPUT=x.c -D FOLDER=dir -D SUFFIX=lua -D PREFIX=qn_lua_ -D HEADER=path -P EmbedTexts.cmake
# Writes a C file with the bytes of each file of FOLDER as <PREFIX><name>[], NUL at the end.
file(GLOB files "${FOLDER}/*.${SUFFIX}")
set(out "/* Made by cmake/EmbedTexts.cmake. */\n#include \"${HEADER}\"\n")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n    " bytes "${bytes}")
  string(APPEND out "\nconst char ${PREFIX}${name}[] = {\n    ${bytes}0};\n")
endforeach()
file(WRITE "${OUTPUT}" "${out}")
