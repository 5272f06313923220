# How every target of ours is built: one function each for a library, a program and a test.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# A Beast file takes over a gigabyte and half a minute: one at a time, whatever -j says.
set_property(GLOBAL PROPERTY JOB_POOLS heavy=1)

add_library(huiyin_flags INTERFACE)
target_compile_options(huiyin_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference
  $<$<BOOL:${HUIYIN_WERROR}>:-Werror>)
# GCC 12 sees null dereferences and bounds errors inside inlined libstdc++ that cannot happen.
target_compile_options(huiyin_flags INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-null-dereference -Wno-stringop-overflow -Wno-array-bounds -Wno-maybe-uninitialized -Wno-restrict>)
target_compile_definitions(huiyin_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(huiyin_flags INTERFACE -fstack-protector-strong -D_FORTIFY_SOURCE=2)
  # The same at -O3, where it also inlines memcmp and memcpy of byte vectors.
  target_compile_options(huiyin_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>)
  target_link_options(huiyin_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
if(HUIYIN_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(HUIYIN_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
endif()

# huiyin_library(name SOURCES ... LINK ... PRIVATE_LINK ...)
function(huiyin_library name)
  cmake_parse_arguments(A "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${A_LINK} PRIVATE huiyin_flags ${A_PRIVATE_LINK})
endfunction()

# huiyin_program(name SOURCES ... LINK ...)
function(huiyin_program name)
  cmake_parse_arguments(A "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE huiyin_flags ${A_LINK})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# huiyin_test(name LABELS unit SOURCES ... LINK ...): one GoogleTest program under CTest.
function(huiyin_test name)
  cmake_parse_arguments(A "" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE huiyin_flags ${A_LINK} GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE HUIYIN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${A_LABELS}")
endfunction()
