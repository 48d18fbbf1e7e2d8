#pragma once

// Everything that code with models of its own includes.

#include "orm/current.h"
#include "orm/database.h"
#include "orm/links.h"
#include "orm/migrate.h"
#include "orm/model.h"
#include "orm/queryset.h"
#include "orm/record.h"
#include "orm/related.h"
#include "orm/validation.h"
