#pragma once

// All that a web site needs:
//
//   #include <thingtank/web.h>
//   using namespace tt::web;
//
// docs/guide/web.md builds one step by step.

#include "orm/orm.h"
#include "web/admin/site.h"
#include "web/auth/access.h"
#include "web/auth/models.h"
#include "web/auth/users.h"
#include "web/auth/views.h"
#include "web/core/application.h"
#include "web/core/model_values.h"
#include "web/forms/declared.h"
#include "web/forms/model_form.h"
#include "web/forms/views.h"
#include "web/manage/manage.h"
#include "web/rest/rest.h"

namespace tt::web {

namespace models = orm::models;
using orm::f;
using orm::Q;
using orm::QuerySet;
using namespace orm::literals;

}  // namespace tt::web
