// The part of the contract suite that is about types of columns, records and validation.

#include <algorithm>
#include <thread>

#include "orm/orm_contract.h"

namespace tt::orm::contract {
namespace {

Decimal decimal(const char* text) { return Decimal::parse(text).value(); }
Date date(const char* text) { return parse_date(text).value(); }

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "ok";
}

}  // namespace

void check_types(Database& database) {
  auto things = objects<Thing>(database);
  auto returns = [&](Thing thing) {
    Thing made = things.create(std::move(thing));
    Thing found = things.get("id"_k = made.id);
    CHECK(found == made);
    return found;
  };
  returns({});
  for (const char* text : {"0", "0.01", "-0.01", "21.50", "99999999.99", "-99999999.99"}) {
    CHECK(returns({.price = decimal(text)}).price->text() == decimal(text).with_places(2)->text());
  }
  returns({.exact = Decimal{999'999'999'999'999'999, 0}});
  returns({.exact = Decimal{-999'999'999'999'999'999, 0}});
  for (const char* text : {"0001-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"}) {
    returns({.born = date(text)});
  }
  returns({.uuid = Uuid::parse("f81d4fae-7dec-41d0-8765-00a0c91e6bf6").value()});
  returns({.address = "a@example.org", .site = "https://example.org/", .slug = "a-b_c"});
  Thing settings = things.create({.settings = R"({"a":[1,2.5,null,"x"]})"});
  CHECK(things.get("id"_k = settings.id).settings->contains("2.5"));
  CHECK(code_of([&] { things.create({.price = decimal("100000000")}); }) == "invalid");
  CHECK(code_of([&] { things.create({.price = decimal("0.001")}); }) == "invalid");
  CHECK(code_of([&] { things.create({.count = -1}); }) == "invalid");
}

void check_decimals_and_dates(Database& database) {
  auto things = objects<Thing>(database);
  for (const char* price : {"1.50", "2.25", "10.00", "-3.75"}) {
    things.create({.price = decimal(price), .count = 2});
  }
  auto prices = [&](auto... condition) {
    std::string text;
    for (Decimal price :
         things.filter(condition...).order_by("price").template values<&Thing::price>()) {
      text += price.text() + ' ';
    }
    return text;
  };
  CHECK(prices("price"_k = decimal("1.5")) == "1.50 ");
  CHECK(prices("price__gt"_k = decimal("2.249")) == "2.25 10.00 ");
  CHECK(prices("price__lt"_k = decimal("2.251")) == "-3.75 1.50 2.25 ");
  CHECK(prices("price"_k = decimal("2.251")) == "");
  CHECK(prices("price__gte"_k = 2) == "2.25 10.00 ");
  CHECK(prices("price__in"_k = std::vector{decimal("10"), decimal("7")}) == "10.00 ");
  CHECK(prices(f<&Thing::price> > f<&Thing::count>) == "2.25 10.00 ");
  CHECK(prices(f<&Thing::price> < f<&Thing::price> * 2) == "1.50 2.25 10.00 ");
  auto all = things.aggregate("sum"_k = Sum("price"_f), "most"_k = Max("price"_f),
                              "mean"_k = Avg("price"_f), "twice"_k = Sum("price"_f * "count"_f));
  CHECK(all["sum"_k] == decimal("10"));
  CHECK(all["most"_k] == decimal("10"));
  CHECK(all["mean"_k] == 2.5);
  CHECK(all["twice"_k] == decimal("20"));
  CHECK(things.update("price"_k = "price"_f + decimal("0.25")) == 4);
  CHECK(prices() == "-3.50 1.75 2.50 10.25 ");
  CHECK(things.update("price"_k = "price"_f * 2) == 4);
  CHECK(prices() == "-7.00 3.50 5.00 20.50 ");
  CHECK(things.update("price"_k = "count"_f) == 4);
  CHECK(prices() == "2.00 2.00 2.00 2.00 ");

  things.erase();
  for (const char* at :
       {"1969-12-31T23:59:59.5Z", "2013-05-05T07:37:54Z", "2013-12-31T23:59:59.999999Z",
        "2014-01-01T00:00:00Z", "2014-05-31T12:00:00Z"}) {
    Time time = parse_time(at).value();
    things.create({.born = Date{std::chrono::floor<std::chrono::days>(time)}, .seen = time});
  }
  auto count = [&](auto condition) { return things.filter(condition).count(); };
  CHECK(count("seen__year"_k = 2013) == 2);
  CHECK(count("seen__year"_k = 1969) == 1);
  CHECK(count("seen__year"_k = 0) == 0);
  CHECK(count("seen__year"_k = 9999) == 0);
  CHECK(count("seen__month"_k = 5) == 2);
  CHECK(count("seen__month"_k = 12) == 2);
  CHECK(count("seen__day"_k = 31) == 3);
  CHECK(count("seen__date"_k = date("2013-12-31")) == 1);
  CHECK(count(f<&Thing::seen>.date(date("1969-12-31"))) == 1);
  CHECK(count("born__year"_k = 2014) == 2);
  CHECK(count("born__month"_k = 5) == 2);
  CHECK(count("born__day"_k = 1) == 1);
  CHECK(count("born__range"_k = std::pair(date("2013-05-05"), date("2013-12-31"))) == 2);
  CHECK(things.exclude("seen__year"_k = 2013).count() == 3);
}

void check_times_set_by_the_orm(Database& database) {
  auto things = objects<Thing>(database);
  Thing made = things.create({});
  CHECK(*made.made > parse_time("2020-01-01").value());
  CHECK(*made.changed >= *made.made);
  Time first = *made.made, changed = *made.changed;
  while (SystemClock().now() <= changed) std::this_thread::yield();
  things.save(made);
  CHECK(*made.made == first);
  CHECK(*made.changed > changed);
  CHECK(things.get("id"_k = made.id) == made);
}

void check_records(Database& database) {
  const ModelInfo& model = model_info<Sample>();
  Record mast(model_info<Mast>());
  CHECK(mast.get("is_up") == Value(true));
  mast.set("code", std::string("m1"));
  save(database, mast);
  CHECK(mast.id() == 1);
  CHECK(mast.text() == "mast m1");
  for (int i = 1; i <= 4; ++i) {
    Record sample(model);
    sample.set("mast", mast.id());
    sample.set("label", "st " + std::to_string(i));
    if (i != 4) sample.set("level", std::int64_t{i});
    save(database, sample);
  }
  Records samples(database, model);
  auto count = [&](std::string_view key, Value value) {
    return samples.filter(key, value).count();
  };
  CHECK(count("level", std::string("2")) == 1);
  CHECK(count("level__gte", std::int64_t{2}) == 2);
  CHECK(count("mast__code", std::string("m1")) == 4);
  CHECK(count("mast_id", std::string("1")) == 4);
  CHECK(count("mast__samples__level", std::int64_t{2}) == 4);
  CHECK(count("level__isnull", std::string("true")) == 1);
  CHECK(count("pk", std::int64_t{3}) == 1);
  CHECK(Records(database, model_info<Mast>()).filter("samples__level", std::int64_t{2}).count() ==
        1);
  CHECK(samples.filter_in("level__in", {std::int64_t{1}, std::string("3")}).count() == 2);
  CHECK(samples.filter_in("level__range", {std::int64_t{2}, std::int64_t{9}}).count() == 2);
  auto refusal = [&](std::string_view key, Value value) {
    return message_of([&] { samples.filter(key, value); });
  };
  CHECK(refusal("nosuch", Null{}) ==
        "Cannot resolve keyword 'nosuch' into field. Choices are: depth, id, label, level, marks, "
        "mast, mast_id");
  CHECK(refusal("label__nosuch", Null{}) ==
        "Unsupported lookup 'nosuch' for CharField or join on the field not permitted.");
  CHECK(refusal("level__contains", std::string("1")).starts_with("Unsupported lookup 'contains'"));
  CHECK(refusal("level", std::string("abc")) == "Field 'level' expected a number but got 'abc'.");
  CHECK(refusal("label\" OR 1=1 --", Null{}).starts_with("Cannot resolve keyword"));
  std::vector<std::string> order{"-mast__code", "-level"};
  auto rows = samples.order_by(order).limit(2).rows();
  CHECK(rows[0].get("level") == Value(std::int64_t{3}));
  std::vector<std::string> hostile{"id; DROP TABLE x"};
  CHECK(message_of([&] { samples.order_by(hostile); }).starts_with("Cannot resolve keyword"));
  std::vector<std::string> fields{"label", "mast__code"};
  CHECK(samples.search(fields, "ST m1").count() == 4);
  CHECK(samples.search(fields, " st   3 ").count() == 1);
  CHECK(samples.search(fields, "nothing").count() == 0);
  CHECK(samples.search(fields, "").count() == 4);
  std::vector<std::string> starts{"^label"};
  CHECK(samples.search(starts, "ST").count() == 4);
  CHECK(samples.search(starts, "3").count() == 0);

  Record first = samples.find(1).value();
  first.set("label", std::string("changed"));
  save(database, first);
  CHECK(samples.find(1)->get("label") == Value(std::string("changed")));
  Record mark(model_info<Mark>());
  mark.set("word", std::string("wet"));
  save(database, mark);
  std::int64_t mark_id = mark.id();
  set_linked_ids(database, first, *model.find("marks"), {&mark_id, 1});
  CHECK(linked_ids(database, first, *model.find("marks")) == std::vector<std::int64_t>{1});
  std::int64_t mast_id = mast.id();
  CHECK(erase(database, model_info<Mast>(), {&mast_id, 1}).size() == 3);
  CHECK(samples.count() == 0);
  CHECK(code_of([&] { save(database, first); }) == "not_found");
  CHECK_FALSE(samples.first());
}

void check_validation(Database& database) {
  auto messages = [&](Thing thing) {
    std::vector<Value> cells;
    detail::read_cells(model_info<Thing>(), &thing, cells);
    std::string text;
    for (const auto& field : validate(database, Record(model_info<Thing>(), cells))) {
      for (const auto& message : field.messages) {
        text += field.field + '/' + message.code + ": " + message.text + '\n';
      }
    }
    return text;
  };
  CHECK(messages({}) == "");
  CHECK(messages({.colour = "x"}) == "colour/invalid_choice: Value 'x' is not a valid choice.\n");
  CHECK(messages({.colour = ""}) == "colour/blank: This field cannot be blank.\n");
  CHECK(messages({.slug = "a b"}) ==
        "slug/invalid: Enter a valid “slug” consisting of letters, numbers, underscores or "
        "hyphens.\n");
  CHECK(messages({.address = "a@b"}) == "address/invalid: Enter a valid email address.\n");
  CHECK(messages({.site = "example.org"}) == "site/invalid: Enter a valid URL.\n");
  CHECK(messages({.settings = "{"}) == "settings/invalid: Value must be valid JSON.\n");
  CHECK(messages({.even = 3}) == "even/invalid: 3 is odd.\n");
  CHECK(messages({.even = 102}) ==
        "even/max_value: Ensure this value is less than or equal to 100.\n");
  CHECK(messages({.count = -1}) ==
        "count/min_value: Ensure this value is greater than or equal to 0.\n");
  CHECK(messages({.price = decimal("123456789.123")}) ==
        "price/max_digits: Ensure that there are no more than 10 digits in total.\n"
        "price/max_decimal_places: Ensure that there are no more than 2 decimal places.\n"
        "price/max_whole_digits: Ensure that there are no more than 8 digits before the decimal "
        "point.\n");
  CHECK(messages({.slug = std::string(51, 'x')}) ==
        "slug/max_length: Ensure this value has at most 50 characters (it has 51).\n");
  CHECK(messages({.count = 7, .even = 8}) ==
        "__all__/invalid: count and even do not go together\n");
  Thing made = objects<Thing>(database).create({.slug = "one"});
  CHECK(messages({.slug = "one"}) == "slug/unique: Thing with this Short name already exists.\n");
  CHECK(messages(made) == "");
  Mast mast = objects<Mast>(database).create({.code = "m1"});
  Sample sample{.mast = mast, .label = "x"};
  auto of_sample = [&](const Sample& row) {
    std::vector<Value> cells;
    detail::read_cells(model_info<Sample>(), &row, cells);
    ValidationError error(validate(database, Record(model_info<Sample>(), cells)));
    return std::string(error.what());
  };
  CHECK(of_sample(sample) == "");
  sample.mast = 99;
  CHECK(of_sample(sample) == "mast: mast instance with id 99 does not exist.");
  sample.mast = 0;
  CHECK(of_sample(sample) == "mast: This field cannot be null.");
  Plate plate{.mast = mast, .text = "p", .side = "n"};
  objects<Plate>(database).create(plate);
  Mast other = objects<Mast>(database).create({.code = "m2"});
  std::vector<Value> cells;
  Plate twin{.mast = other, .text = "p", .side = "n"};
  detail::read_cells(model_info<Plate>(), &twin, cells);
  CHECK(ValidationError(validate(database, Record(model_info<Plate>(), cells))).what() ==
        std::string("Plate with this Text and Side already exists."));
}

}  // namespace tt::orm::contract
