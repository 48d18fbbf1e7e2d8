#pragma once

// Everything that code with an API of its own includes.

#include "web/rest/auth_urls.h"
#include "web/rest/router.h"
#include "web/rest/schema.h"
#include "web/rest/serializer.h"
#include "web/rest/settings.h"
#include "web/rest/site.h"
#include "web/rest/view.h"
#include "web/rest/viewset.h"
