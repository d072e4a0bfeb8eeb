# SPDX-License-Identifier: Apache-2.0
# Writes a C++ source with the BIP-39 English list, taken from the package that ships it: cmake -DWORDS=… -DOUT=… -P embed_words.cmake
file(STRINGS "${WORDS}" words)
list(LENGTH words count)
if(NOT count EQUAL 2048)
  message(FATAL_ERROR "${WORDS} has ${count} words; the BIP-39 list has 2048")
endif()
set(text "// Generated. Do not edit.\n#include \"src/services/recovery_words.hpp\"\n\nnamespace outboard::services {\n\nconst std::array<std::string_view, 2048> kRecoveryWords = {\n")
foreach(word IN LISTS words)
  string(APPEND text "    \"${word}\",\n")
endforeach()
string(APPEND text "};\n\n}  // namespace outboard::services\n")
file(WRITE "${OUT}" "${text}")
