#include "web/forms/rendering.h"

#include <algorithm>

#include <fmt/format.h>

#include "orm/current.h"
#include "web/template/filter.h"

namespace tt::web::forms {
namespace {

std::string escaped(std::string_view text) { return escaped_text(web::Value(text)); }

// ` name="value"`
void add_attribute(std::string& html, std::string_view name, std::string_view value) {
  html += ' ';
  html += name;
  html += "=\"";
  html += escaped(value);
  html += '"';
}

void add_flag(std::string& html, std::string_view name) {
  html += ' ';
  html += name;
}

bool holds_text(Widget widget) {
  return widget == Widget::text || widget == Widget::textarea || widget == Widget::email ||
         widget == Widget::url || widget == Widget::password;
}

// What the browser may check before it sends the form.
void add_limits(std::string& html, const Field& field, Widget widget) {
  if (holds_text(widget)) {
    if (field.max_length) add_attribute(html, "maxlength", fmt::format("{}", *field.max_length));
    if (field.min_length) add_attribute(html, "minlength", fmt::format("{}", *field.min_length));
  }
  if (widget != Widget::number) return;
  if (field.min_value) add_attribute(html, "min", fmt::format("{}", *field.min_value));
  if (field.max_value) add_attribute(html, "max", fmt::format("{}", *field.max_value));
  if (field.type == FieldClass::real) add_attribute(html, "step", "any");
  if (field.type == FieldClass::decimal) {
    const int places = field.decimal_places.value_or(-1);
    std::string step = "any";
    if (places == 0) step = "1";
    if (places > 0) step = "0." + std::string(static_cast<std::size_t>(places - 1), '0') + "1";
    add_attribute(html, "step", step);
  }
}

void add_common(std::string& html, const BoundField& bound, Widget widget) {
  add_limits(html, bound.field, widget);
  // A select is sent with something chosen unless its first option is empty.
  const bool is_always_sent =
      widget == Widget::select && !is_multiple(bound.field) && bound.field.target == nullptr &&
      (bound.field.choices.empty() || !bound.field.choices.front().value.empty());
  const bool may_stay_open =
      widget == Widget::checkboxes || widget == Widget::hidden || is_always_sent;
  if (bound.field.is_required && !may_stay_open) add_flag(html, "required");
  if (bound.field.is_disabled) add_flag(html, "disabled");
  if (!bound.errors.empty()) {
    add_attribute(html, "aria-invalid", "true");
    add_attribute(html, "aria-describedby", bound.html_id() + "_errors");
  } else if (!bound.field.help_text.empty()) {
    add_attribute(html, "aria-describedby", bound.html_id() + "_help");
  }
  for (const auto& [name, value] : bound.field.attributes) add_attribute(html, name, value);
}

std::string input_html(const BoundField& bound, Widget widget, std::string_view type) {
  std::string html = "<input";
  add_attribute(html, "type", type);
  add_attribute(html, "name", bound.html_name);
  const bool shows = widget != Widget::password && widget != Widget::file;
  if (shows && !bound.shown.empty() && !bound.shown[0].empty()) {
    add_attribute(html, "value", bound.shown[0]);
  }
  if (widget == Widget::date_time) add_attribute(html, "step", "any");
  add_common(html, bound, widget);
  add_attribute(html, "id", bound.html_id());
  return html + ">";
}

std::string textarea_html(const BoundField& bound) {
  std::string html = "<textarea";
  add_attribute(html, "name", bound.html_name);
  add_attribute(html, "cols", "40");
  add_attribute(html, "rows", "10");
  add_common(html, bound, Widget::textarea);
  add_attribute(html, "id", bound.html_id());
  // A browser drops the line end behind the tag.
  html += ">\n";
  if (!bound.shown.empty()) html += escaped(bound.shown[0]);
  return html + "</textarea>";
}

std::string checkbox_html(const BoundField& bound) {
  std::string html = "<input type=\"checkbox\"";
  add_attribute(html, "name", bound.html_name);
  add_common(html, bound, Widget::checkbox);
  add_attribute(html, "id", bound.html_id());
  if (!bound.shown.empty()) add_flag(html, "checked");
  return html + ">";
}

bool is_shown(const BoundField& bound, std::string_view value) {
  return std::ranges::find(bound.shown, value) != bound.shown.end();
}

std::vector<Choice> offered(const BoundField& bound) {
  if (bound.field.type == FieldClass::null_boolean) {
    return {{"unknown", "Unknown"}, {"true", "Yes"}, {"false", "No"}};
  }
  std::vector<Choice> choices = choices_of(bound.field);
  if (bound.field.target == nullptr || choices.size() < choices_max) return choices;
  // What is chosen is offered even if there are too many to offer all.
  const orm::Records rows(orm::current_session(), *bound.field.target);
  for (const std::string& text : bound.shown) {
    const bool is_offered = std::ranges::find(choices, text, &Choice::value) != choices.end();
    const auto id =
        is_offered ? std::nullopt : orm::value_from_text(bound.field.target->id(), text);
    const auto row = id ? rows.find(orm::as_integer(*id)) : std::nullopt;
    if (row) choices.push_back({text, row->text()});
  }
  return choices;
}

std::string select_html(const BoundField& bound) {
  std::string html = "<select";
  add_attribute(html, "name", bound.html_name);
  add_common(html, bound, Widget::select);
  add_attribute(html, "id", bound.html_id());
  if (is_multiple(bound.field)) add_flag(html, "multiple");
  html += '>';
  const bool shows_nothing = bound.shown.empty() && !is_multiple(bound.field);
  for (const Choice& choice : offered(bound)) {
    html += "<option";
    add_attribute(html, "value", choice.value);
    if (is_shown(bound, choice.value) || (shows_nothing && choice.value.empty())) {
      add_flag(html, "selected");
    }
    html += '>' + escaped(choice.label) + "</option>";
  }
  return html + "</select>";
}

std::string list_html(const BoundField& bound, std::string_view type) {
  std::string html = "<ul";
  add_attribute(html, "id", bound.html_id());
  html += '>';
  std::size_t index = 0;
  for (const Choice& choice : offered(bound)) {
    const std::string id = fmt::format("{}_{}", bound.html_id(), index++);
    html += "<li><label";
    add_attribute(html, "for", id);
    html += "><input";
    add_attribute(html, "type", type);
    add_attribute(html, "name", bound.html_name);
    add_attribute(html, "value", choice.value);
    add_common(html, bound, type == "radio" ? Widget::radio : Widget::checkboxes);
    add_attribute(html, "id", id);
    if (is_shown(bound, choice.value)) add_flag(html, "checked");
    html += "> " + escaped(choice.label) + "</label></li>";
  }
  return html + "</ul>";
}

std::string hidden_html(const BoundField& bound) {
  if (!is_multiple(bound.field)) return input_html(bound, Widget::hidden, "hidden");
  std::string html;
  for (const std::string& text : bound.shown) {
    html += "<input type=\"hidden\"";
    add_attribute(html, "name", bound.html_name);
    add_attribute(html, "value", text);
    html += '>';
  }
  return html;
}

// What the widget of an unbound field holds.
std::vector<std::string> initial_texts(const Field& field) {
  std::vector<std::string> texts;
  if (is_multiple(field)) {
    for (const orm::Value& value : field.initial.values) texts.push_back(input_text(field, value));
    return texts;
  }
  const orm::Value& value = field.initial.value;
  if (const auto* truth = std::get_if<bool>(&value)) {
    if (field.type == FieldClass::boolean) return *truth ? std::vector<std::string>{"on"} : texts;
    if (field.type == FieldClass::null_boolean) return {*truth ? "true" : "false"};
  }
  if (field.type == FieldClass::null_boolean) return {"unknown"};
  std::string text = input_text(field, value);
  if (!text.empty()) texts.push_back(std::move(text));
  return texts;
}

std::string pair_html(const BoundField& bound, std::string_view separator) {
  std::string html = label_html(bound);
  html += separator;
  html += widget_html(bound);
  if (!bound.field.help_text.empty()) {
    html += fmt::format(" <span class=\"helptext\" id=\"{}_help\">{}</span>",
                        escaped(bound.html_id()), escaped(bound.field.help_text));
  }
  return html;
}

// --- objects of templates ------------------------------------------------------------------------

class ErrorsObject : public Object {
 public:
  ErrorsObject(std::vector<std::string> messages, std::string extra_class)
      : messages_(std::move(messages)), extra_class_(std::move(extra_class)) {}
  std::optional<web::Value> find(std::string_view) const override { return std::nullopt; }
  std::string text() const override { return error_list_html(messages_, extra_class_); }
  bool is_safe() const override { return true; }
  bool truth() const override { return !messages_.empty(); }
  std::shared_ptr<const List> elements() const override {
    return std::make_shared<const List>(messages_.begin(), messages_.end());
  }

 private:
  std::vector<std::string> messages_;
  std::string extra_class_;
};

web::Value errors_value(const std::vector<std::string>& messages, std::string extra_class = {}) {
  return web::Value(std::make_shared<const ErrorsObject>(messages, std::move(extra_class)));
}

class FieldObject : public Object {
 public:
  explicit FieldObject(BoundField bound) : bound_(std::move(bound)) {}

  std::optional<web::Value> find(std::string_view name) const override {
    const Widget widget = widget_of(bound_.field);
    if (name == "errors") return errors_value(bound_.errors);
    if (name == "label") return web::Value(label_of(bound_.field));
    if (name == "label_tag") return web::Value::safe(label_html(bound_));
    if (name == "help_text") return web::Value(bound_.field.help_text);
    if (name == "html_name") return web::Value(bound_.html_name);
    if (name == "id_for_label" || name == "auto_id") return web::Value(bound_.html_id());
    if (name == "name") return web::Value(bound_.field.name);
    if (name == "is_hidden") return web::Value(widget == Widget::hidden);
    if (name == "is_required") return web::Value(bound_.field.is_required);
    if (name == "is_checkbox") return web::Value(widget == Widget::checkbox);
    if (name == "is_select") return web::Value(widget == Widget::select);
    if (name == "is_select_multiple") return web::Value(widget == Widget::select_multiple);
    if (name == "is_textarea") return web::Value(widget == Widget::textarea);
    if (name == "value") return shown();
    return std::nullopt;
  }
  std::string text() const override { return widget_html(bound_); }
  bool is_safe() const override { return true; }

 private:
  web::Value shown() const {
    if (is_multiple(bound_.field)) return List(bound_.shown.begin(), bound_.shown.end());
    if (bound_.field.type == FieldClass::boolean) return !bound_.shown.empty();
    return bound_.shown.empty() ? web::Value() : web::Value(bound_.shown[0]);
  }

  BoundField bound_;
};

class FormObject : public Object {
 public:
  FormObject(const Form& form, const Errors& errors)
      : errors_(errors), is_bound_(form.is_bound()), is_multipart_(form.is_multipart()) {
    for (const Field& field : form.fields()) bound_.push_back(bound_field(form, field, errors));
  }

  std::optional<web::Value> find(std::string_view name) const override {
    for (const BoundField& bound : bound_) {
      if (bound.field.name == name) return value_of(bound);
    }
    if (name == "as_p") return web::Value::safe(as_lines("<p>", "</p>"));
    if (name == "as_div") return web::Value::safe(as_lines("<div>", "</div>"));
    if (name == "as_ul") return web::Value::safe(as_lines("<li>", "</li>"));
    if (name == "as_table") return web::Value::safe(as_table());
    if (name == "errors") return all_errors();
    if (name == "non_field_errors") {
      return errors_value(errors_.of(non_field_errors), "nonfield");
    }
    if (name == "hidden_fields") return fields_where(true);
    if (name == "visible_fields") return fields_where(false);
    if (name == "is_bound") return web::Value(is_bound_);
    if (name == "is_multipart") return web::Value(is_multipart_);
    return std::nullopt;
  }
  std::string text() const override { return as_table(); }
  bool is_safe() const override { return true; }
  std::shared_ptr<const List> elements() const override {
    auto list = std::make_shared<List>();
    for (const BoundField& bound : bound_) list->push_back(value_of(bound));
    return list;
  }

 private:
  static bool is_hidden(const BoundField& bound) {
    return widget_of(bound.field) == Widget::hidden;
  }

  web::Value fields_where(bool hidden) const {
    List list;
    for (const BoundField& bound : bound_) {
      if (is_hidden(bound) == hidden) list.push_back(value_of(bound));
    }
    return list;
  }

  web::Value all_errors() const {
    Map map;
    for (const auto& [name, messages] : errors_) map.set(name, errors_value(messages));
    return map;
  }

  // Errors that no visible field can show.
  std::vector<std::string> top_errors() const {
    std::vector<std::string> top = errors_.of(non_field_errors);
    for (const BoundField& bound : bound_) {
      if (!is_hidden(bound)) continue;
      for (const std::string& message : bound.errors) {
        top.push_back(fmt::format("(Hidden field {}) {}", bound.field.name, message));
      }
    }
    return top;
  }

  std::string hidden_html() const {
    std::string html;
    for (const BoundField& bound : bound_) {
      if (is_hidden(bound)) html += widget_html(bound);
    }
    return html;
  }

  std::string as_lines(std::string_view open, std::string_view close) const {
    std::string html = error_list_html(top_errors(), "nonfield");
    for (const BoundField& bound : bound_) {
      if (is_hidden(bound)) continue;
      if (!html.empty()) html += '\n';
      html += error_list_html(bound.errors, "");
      html += open;
      html += pair_html(bound, " ");
      html += close;
    }
    return html + hidden_html();
  }

  std::string as_table() const {
    std::string html;
    if (const auto top = top_errors(); !top.empty()) {
      html = "<tr><td colspan=\"2\">" + error_list_html(top, "nonfield") + "</td></tr>\n";
    }
    for (const BoundField& bound : bound_) {
      if (is_hidden(bound)) continue;
      html += "<tr><th>" + label_html(bound) + "</th><td>" + error_list_html(bound.errors, "") +
              widget_html(bound);
      if (!bound.field.help_text.empty()) {
        html += "<br><span class=\"helptext\">" + escaped(bound.field.help_text) + "</span>";
      }
      html += "</td></tr>\n";
    }
    return html + hidden_html();
  }

  std::vector<BoundField> bound_;
  Errors errors_;
  bool is_bound_;
  bool is_multipart_;
};

}  // namespace

BoundField bound_field(const Form& form, const Field& field, const Errors& errors) {
  BoundField bound{.field = field,
                   .html_name = form.html_name(field),
                   .errors = errors.of(field.name),
                   .is_bound = form.is_bound()};
  if (!form.is_bound() || field.is_disabled) {
    bound.shown = initial_texts(field);
    return bound;
  }
  Input input = form.input_of(field);
  if (field.type == FieldClass::boolean) {
    const bool ticked = input.text != nullptr && *input.text != "" && *input.text != "False" &&
                        *input.text != "false" && *input.text != "0";
    if (ticked) bound.shown = {"on"};
  } else if (is_multiple(field)) {
    bound.shown = std::move(input.texts);
  } else if (input.text != nullptr) {
    bound.shown = {*input.text};
  }
  return bound;
}

std::string error_list_html(const std::vector<std::string>& errors, std::string_view extra_class) {
  if (errors.empty()) return {};
  std::string html = "<ul class=\"errorlist";
  if (!extra_class.empty()) html += ' ' + std::string(extra_class);
  html += "\">";
  for (const std::string& error : errors) html += "<li>" + escaped(error) + "</li>";
  return html + "</ul>";
}

std::string label_html(const BoundField& bound) {
  std::string label = label_of(bound.field);
  if (!label.empty() && std::string_view(":?.!").find(label.back()) == std::string_view::npos) {
    label += ':';
  }
  const Widget widget = widget_of(bound.field);
  if (widget == Widget::radio || widget == Widget::checkboxes) {
    return "<label>" + escaped(label) + "</label>";
  }
  return "<label for=\"" + escaped(bound.html_id()) + "\">" + escaped(label) + "</label>";
}

std::string widget_html(const BoundField& bound) {
  const Widget widget = widget_of(bound.field);
  switch (widget) {
    case Widget::password: return input_html(bound, widget, "password");
    case Widget::hidden: return hidden_html(bound);
    case Widget::textarea: return textarea_html(bound);
    case Widget::number: return input_html(bound, widget, "number");
    case Widget::email: return input_html(bound, widget, "email");
    case Widget::url: return input_html(bound, widget, "url");
    case Widget::date: return input_html(bound, widget, "date");
    case Widget::date_time: return input_html(bound, widget, "datetime-local");
    case Widget::file: return input_html(bound, widget, "file");
    case Widget::checkbox: return checkbox_html(bound);
    case Widget::null_select:
    case Widget::select:
    case Widget::select_multiple: return select_html(bound);
    case Widget::radio: return list_html(bound, "radio");
    case Widget::checkboxes: return list_html(bound, "checkbox");
    case Widget::automatic:
    case Widget::text: break;
  }
  return input_html(bound, Widget::text, "text");
}

web::Value value_of(BoundField bound) {
  return web::Value(std::make_shared<const FieldObject>(std::move(bound)));
}

web::Value object_of(const Form& form, const Errors& errors) {
  return web::Value(std::make_shared<const FormObject>(form, errors));
}

}  // namespace tt::web::forms
