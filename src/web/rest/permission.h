#pragma once

// Permission: who may call a view.  Those of a view must all agree.
//
//   constexpr rest::Permission on_sundays{.name = "OnSundays", .allows = &is_sunday,
//                                         .message = "Only on Sundays."};
//   static constexpr auto permission_classes =
//       rest::permissions(rest::is_authenticated, on_sundays);

#include <array>
#include <string_view>

#include "orm/record.h"

namespace tt::web::rest {

class ApiRequest;

struct Permission {
  std::string_view name;
  // Asked before anything else is done; nullptr: everybody may.
  bool (*allows)(const ApiRequest& request) = nullptr;
  // Asked for the row that is shown, changed or deleted.
  bool (*allows_object)(const ApiRequest& request, const orm::Record& row) = nullptr;
  std::string_view message = {};  // instead of "You do not have permission to perform this action."
  // Of the model's permissions: asked even where the view is only described.
  bool needs_model = false;
};

namespace detail {
bool is_signed_in(const ApiRequest& request);
bool is_staff(const ApiRequest& request);
bool is_signed_in_or_reads(const ApiRequest& request);
bool has_model_permission(const ApiRequest& request);
bool has_model_permission_or_reads(const ApiRequest& request);
}  // namespace detail

inline constexpr Permission allow_any{"AllowAny"};
inline constexpr Permission is_authenticated{"IsAuthenticated", &detail::is_signed_in};
inline constexpr Permission is_admin_user{"IsAdminUser", &detail::is_staff};
inline constexpr Permission is_authenticated_or_read_only{"IsAuthenticatedOrReadOnly",
                                                          &detail::is_signed_in_or_reads};
// add, change or delete of the model; reading needs to be signed in.
inline constexpr Permission django_model_permissions{
    "DjangoModelPermissions", &detail::has_model_permission, nullptr, {}, true};
// … reading is open to everybody.
inline constexpr Permission django_model_permissions_or_anon_read_only{
    "DjangoModelPermissionsOrAnonReadOnly",
    &detail::has_model_permission_or_reads,
    nullptr,
    {},
    true};

template <class... P>
consteval auto permissions(const P&... all) {
  return std::array<Permission, sizeof...(P)>{all...};
}

}  // namespace tt::web::rest
