# thingtank_add_site(weatherstation [SOURCES FILE…])
#
# The program of a web site: all C++ files of this folder and of the folders below it, except a
# build folder, unless SOURCES names them.
function(thingtank_add_site name)
  cmake_parse_arguments(SITE "" "" "SOURCES" ${ARGN})
  if(NOT SITE_SOURCES)
    file(GLOB_RECURSE SITE_SOURCES CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.cc *.cpp)
    list(FILTER SITE_SOURCES EXCLUDE REGEX "^(build|\\.)")
  endif()
  add_executable(${name} ${SITE_SOURCES})
  target_link_libraries(${name} PRIVATE Thingtank::web)
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  # Where the developer's server looks for sources to watch, and builds.
  target_compile_definitions(${name} PRIVATE THINGTANK_SITE_SOURCES="${CMAKE_CURRENT_SOURCE_DIR}"
                                             THINGTANK_SITE_BUILD="${CMAKE_BINARY_DIR}")
  target_precompile_headers(${name} PRIVATE <thingtank/web.h>)
endfunction()
