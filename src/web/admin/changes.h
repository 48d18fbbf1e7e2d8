#pragma once

// What the pages that add and change rows share.

#include <optional>
#include <string>
#include <vector>

#include "web/admin/page.h"
#include "web/forms/formset.h"
#include "web/forms/model_form.h"

namespace tt::web::admin {

// The form of a row on the admin's pages: without read-only fields, with the widgets that fit.
forms::ModelForm make_form(const Page& page, const ModelAdmin& model, orm::Record record);
// The same for the rows of an inline.
forms::Formset make_formset(const Page& page, const ModelAdmin& parent, const Inline& rows);

// Whether the person may change what the page shows.
enum class Editable : bool { no, yes };

// The lines of field_rows.html, by fieldset.
List fieldset_values(const Page& page, const ModelAdmin& model, forms::ModelForm& form,
                     Editable editable);
Map inline_value(const Page& page, const Inline& rows, forms::Formset& formset, Editable editable);

// "Please correct the error below."
std::string_view error_note(std::size_t errors);

}  // namespace tt::web::admin
