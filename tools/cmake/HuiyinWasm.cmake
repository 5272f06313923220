# The pure libraries as one WebAssembly module: the same codec, sessions, forms and rules in the
# browser. One command, no second toolchain; the sources are asked of the native targets, so a
# new file of a pure library is in the module without anybody thinking of it.
#
# Target huiyin_wasm makes ${HUIYIN_WASM_MODULE} and prints its size.

find_program(HUIYIN_WASM_CXX NAMES clang++-16 REQUIRED)
find_program(HUIYIN_WASM_LD NAMES wasm-ld-16 wasm-ld REQUIRED)

set(HUIYIN_WASM_MODULE ${CMAKE_BINARY_DIR}/wasm/huiyin.wasm)
set(wasm_include ${CMAKE_BINARY_DIR}/wasm/include)

# What is threaded or only for native tests stays out.
set(wasm_left_out memory_store.cpp)
set(wasm_sources ${CMAKE_SOURCE_DIR}/protocol/wasm/exports.cpp)
set(wasm_headers)
foreach(library huiyin_core huiyin_forms huiyin_civic huiyin_protocol huiyin_log)
  if(NOT TARGET ${library})
    continue()
  endif()
  get_target_property(sources ${library} SOURCES)
  get_target_property(folder ${library} SOURCE_DIR)
  foreach(source IN LISTS sources)
    if(source MATCHES "\\.cpp$" AND NOT source IN_LIST wasm_left_out)
      cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder})
      list(APPEND wasm_sources ${source})
    endif()
  endforeach()
  file(GLOB headers CONFIGURE_DEPENDS ${folder}/*.hpp)
  list(APPEND wasm_headers ${headers})
endforeach()

# Only cereal of the machine's headers: the rest of /usr/include is of another platform.
find_path(wasm_cereal cereal/cereal.hpp REQUIRED)
file(MAKE_DIRECTORY ${wasm_include})
file(CREATE_LINK ${wasm_cereal}/cereal ${wasm_include}/cereal SYMBOLIC)

# clang's driver would run binaryen's wasm-opt if it found one, and an old one fails on newer
# features: the PATH of the command holds the linker's folder only through --ld-path.
add_custom_command(
  OUTPUT ${HUIYIN_WASM_MODULE}
  COMMAND ${CMAKE_COMMAND} -E env PATH=/nowhere
    ${HUIYIN_WASM_CXX} --target=wasm32-wasi -std=c++20 -Oz -fno-exceptions -mexec-model=reactor
    -nostdinc++ -isystem /usr/include/wasm32-wasi/c++/v1 -isystem ${wasm_include} -I${CMAKE_SOURCE_DIR}
    -Wall -Wextra -Werror -Wno-unused-command-line-argument -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
    -ffunction-sections -fdata-sections
    --ld-path=${HUIYIN_WASM_LD} -Wl,--strip-all -Wl,--gc-sections
    ${wasm_sources} -o ${HUIYIN_WASM_MODULE}
  COMMAND ${CMAKE_COMMAND} -DMODULE=${HUIYIN_WASM_MODULE} -P ${CMAKE_SOURCE_DIR}/tools/cmake/PrintSize.cmake
  DEPENDS ${wasm_sources} ${wasm_headers}
  COMMENT "WebAssembly: the pure libraries"
  VERBATIM)
add_custom_target(huiyin_wasm ALL DEPENDS ${HUIYIN_WASM_MODULE})
