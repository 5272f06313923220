# cmake -DMODULE=<file> -P PrintSize.cmake
file(SIZE ${MODULE} size)
math(EXPR kib "(${size} + 1023) / 1024")
message(STATUS "${MODULE}: ${size} bytes (${kib} KiB)")
