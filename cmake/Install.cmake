# What `cmake --install` copies: the program, and the web framework for find_package(Thingtank).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The modules that a web site is built on, lower ones first.
set(TT_WEB_MODULES base rt wire orm orm/migrations orm/fixtures http web/template web/core web/auth web/forms
                   web/admin web/rest web/widgets web/scaffold orm/engine/sqlite orm/engine/postgres orm/engine/mysql
                   orm/engine/mongo web/manage)

add_library(thingtank_web INTERFACE)
target_link_libraries(thingtank_web INTERFACE tt_web_manage tt_web_rest tt_web_admin)
target_include_directories(thingtank_web INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                   $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(thingtank_web INTERFACE cxx_std_23)
set_target_properties(thingtank_web PROPERTIES EXPORT_NAME web)
add_library(Thingtank::web ALIAS thingtank_web)

set(targets thingtank_web)
foreach(module IN LISTS TT_WEB_MODULES)
  string(REPLACE "/" "_" id ${module})
  list(APPEND targets tt_${id})
  install(DIRECTORY src/${module}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/thingtank/${module}
          COMPONENT web FILES_MATCHING PATTERN "*.h")
endforeach()
install(TARGETS ${targets} EXPORT ThingtankTargets COMPONENT web ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/thingtank/web.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/thingtank COMPONENT web)
install(EXPORT ThingtankTargets NAMESPACE Thingtank:: COMPONENT web
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Thingtank)
configure_package_config_file(cmake/ThingtankConfig.cmake.in ${CMAKE_BINARY_DIR}/ThingtankConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Thingtank)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/ThingtankConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/ThingtankConfig.cmake ${CMAKE_BINARY_DIR}/ThingtankConfigVersion.cmake
              cmake/ThingtankSite.cmake
        COMPONENT web DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Thingtank)
install(TARGETS thingtank COMPONENT program)
