#pragma once

// Everything that code with models of its own includes.

#include "orm/database.h"
#include "orm/migrate.h"
#include "orm/model.h"
#include "orm/queryset.h"
