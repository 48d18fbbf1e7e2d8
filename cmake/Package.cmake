# What `./dev package` makes: thingtank_VERSION_ARCH.deb, the server with its systemd unit, and
# thingtank-dev_VERSION_ARCH.deb, the web framework for applications.
set(packaging ${PROJECT_SOURCE_DIR}/packaging)

# Parts of a system, not of a prefix: only the package installs them.
install(FILES ${packaging}/thingtank.service DESTINATION lib/systemd/system COMPONENT service EXCLUDE_FROM_ALL)
install(FILES ${packaging}/sysusers.conf DESTINATION lib/sysusers.d RENAME thingtank.conf
        COMPONENT service EXCLUDE_FROM_ALL)
install(FILES ${packaging}/thingtank.toml DESTINATION /etc/thingtank COMPONENT service EXCLUDE_FROM_ALL)
install(DIRECTORY docs/guide/ DESTINATION share/doc/thingtank COMPONENT service EXCLUDE_FROM_ALL)
install(FILES LICENSE RENAME copyright DESTINATION share/doc/thingtank COMPONENT service EXCLUDE_FROM_ALL)
install(FILES CHANGELOG.md DESTINATION share/doc/thingtank COMPONENT service EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "Thingtank")
set(CPACK_PACKAGE_CONTACT "Thingtank <thingtank@localhost>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/package)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program service web)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

set(CPACK_COMPONENT_SERVER_DESCRIPTION "cloud for things: MQTT, Xively API, time series, dashboards
Devices reach it over MQTT, HTTP and WebSocket, people with a browser.
Readings are kept as compressed time series.
One program, one folder with the data.")
set(CPACK_DEBIAN_SERVER_PACKAGE_NAME thingtank)
set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS "adduser, ca-certificates, tzdata, fonts-dejavu-core")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
    ${packaging}/debian/postinst ${packaging}/debian/prerm ${packaging}/debian/postrm
    ${packaging}/debian/conffiles)

set(CPACK_COMPONENT_FRAMEWORK_DESCRIPTION "web framework in C++: models, admin, templates and REST
Headers, libraries and CMake files of the framework that Thingtank itself is built with.")
set(CPACK_DEBIAN_FRAMEWORK_PACKAGE_NAME thingtank-dev)
set(CPACK_DEBIAN_FRAMEWORK_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_FRAMEWORK_PACKAGE_SHLIBDEPS OFF)  # archives only
set(CPACK_DEBIAN_FRAMEWORK_PACKAGE_DEPENDS
    "thingtank (= ${PROJECT_VERSION}), clang-19, cmake, ninja-build, libboost1.81-dev, libboost-json1.81-dev, libssl-dev, libsqlite3-dev, libpq-dev, libmariadb-dev, libmongoc-dev, libpugixml-dev, libre2-dev, libspdlog-dev, libfmt-dev, zlib1g-dev, prometheus-cpp-dev")

include(CPack)
cpack_add_component(program GROUP server)
cpack_add_component(service GROUP server)
cpack_add_component(web GROUP framework)
