# SPDX-License-Identifier: Apache-2.0
# cmake -DOUT=file.cpp -DDIR=web/pages -P embed_files.cmake: writes templates and assets as C++ text, so that the binary carries them.
file(GLOB files "${DIR}/*.mustache" "${DIR}/assets/*")
list(SORT files)
set(text "// Made by cmake/embed_files.cmake.\n#include \"src/pages/embedded.hpp\"\n\nnamespace outboard::pages {\n\nconst EmbeddedFile kEmbeddedFiles[] = {\n")
set(count 0)
foreach(path IN LISTS files)
  get_filename_component(name "${path}" NAME)
  file(READ "${path}" content)
  string(APPEND text "    {\"${name}\", R\"ob_file(${content})ob_file\"},\n")
  math(EXPR count "${count} + 1")
endforeach()
string(APPEND text "};\nconst std::size_t kEmbeddedFileCount = ${count};\n\n}  // namespace outboard::pages\n")
file(WRITE "${OUT}" "${text}")
