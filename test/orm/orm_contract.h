#pragma once

// The suite that every engine of the orm passes.
//
//   TEST_CASE("the contract of Database") { check_orm_contract([] { return open_…(); }); }
//
// `make_empty` returns an empty Database; it is called once for every part of the suite.

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "orm/orm.h"

namespace tt::orm::contract {

using MakeDatabase = std::function<std::unique_ptr<Database>()>;

struct Owner : models::Model<Owner> {
  models::AutoField id;
  models::CharField<40, models::unique> name;
  models::BooleanField<> is_active = true;
};

struct Station : models::Model<Station> {
  models::AutoField id;
  models::CharField<60> name;
  models::FloatField<models::null> temperature;
  models::IntegerField<> readings = 0;
  models::BigIntegerField<models::null> serial;
  models::DateTimeField<models::null> seen;
  models::TextField<models::null> note;
  models::BinaryField<models::null> image;
  models::JSONField<> settings = "{}";
  models::ForeignKey<Owner, models::null, models::cascade> owner;
  models::ForeignKey<Station, models::null, models::set_null> twin;

  static constexpr models::Meta meta{.unique_together = {{"owner", "serial"}},
                                     .indexes = {{"seen", "-readings"}}};
};

struct Visit : models::Model<Visit> {
  models::AutoField id;
  models::ForeignKey<Owner> owner;
};

// --- for queries -------------------------------------------------------------------------------

struct Mast : models::Model<Mast> {
  models::AutoField id;
  models::CharField<10, models::unique> code;
  models::BooleanField<> is_up = true;
  std::string str() const { return "mast " + *code; }
};

struct Mark : models::Model<Mark> {
  models::AutoField id;
  models::CharField<10> word;
};

struct Sample : models::Model<Sample> {
  models::AutoField id;
  models::ForeignKey<Mast, models::cascade, models::related_name<"samples">> mast;
  models::CharField<20> label;
  models::IntegerField<models::null, models::blank> level;
  models::FloatField<> depth;
  models::ManyToManyField<Mark> marks;
};

struct Note : models::Model<Note> {
  models::AutoField id;
  models::CharField<20> text;
  models::ForeignKey<Mast, models::null, models::set_null> mast;
  models::ForeignKey<Note, models::null, models::cascade> answers;
};

struct Plate : models::Model<Plate> {
  models::AutoField id;
  models::OneToOneField<Mast> mast;
  models::CharField<20> text;
  models::CharField<1> side;
  static constexpr models::Meta meta{.unique_together = {{"text", "side"}}};
};

inline std::optional<std::string> require_even(const Value& value) {
  if (as_integer(value) % 2 == 0) return std::nullopt;
  return display_text(value) + " is odd.";
}

struct Thing : models::Model<Thing> {
  models::AutoField id;
  models::DecimalField<10, 2> price;
  models::DecimalField<18, 0> exact;
  models::DateField<models::null, models::blank> born;
  models::DateTimeField<models::null, models::blank> seen;
  models::UUIDField<> uuid;
  models::EmailField<models::blank> address;
  models::URLField<models::blank> site;
  models::SlugField<models::null, models::blank, models::unique, models::verbose_name<"short name">>
      slug;
  models::JSONField<> settings = "{}";
  models::PositiveIntegerField<> count;
  models::IntegerField<models::max_value<100>, models::validator<require_even>> even;
  models::CharField<8,
                    models::choices<models::choice<"red", "Red">, models::choice<"blue", "Blue">>>
      colour = "red";
  models::DateTimeField<models::auto_now_add> made;
  models::DateTimeField<models::auto_now> changed;

  void clean() const {
    if (*count == 7 && *even == 8) throw ValidationError("count and even do not go together");
  }
};

// The code of the Error that `work` throws; "ok" if it throws none.
template <class Work>
std::string code_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(std::string_view(error.what()) != "");
    return std::string(name_of(error.code()));
  }
  return "ok";
}

inline Schema schema() {
  return {.name = "contract",
          .models = models_of<Owner, Station, Visit, Mast, Mark, Sample, Note, Plate, Thing>()};
}

// The parts, each on an empty database that has the tables above.
void check_round_trips(Database& database);
void check_lookups(Database& database);
void check_null(Database& database);
void check_relations(Database& database);
void check_querysets(Database& database);
void check_writes(Database& database);
void check_ids(Database& database);
void check_hostile_text(Database& database);
void check_transactions(Database& database);
void check_concurrency(Database& database);
// query_contract.cc
void check_more_lookups(Database& database);
void check_forward_relations(Database& database);
void check_backward_relations(Database& database);
void check_slices(Database& database);
void check_values(Database& database);
void check_aggregates(Database& database);
void check_related_rows(Database& database);
void check_many_to_many(Database& database);
void check_creation(Database& database);
void check_deletion(Database& database);
// field_contract.cc
void check_types(Database& database);
void check_decimals_and_dates(Database& database);
void check_times_set_by_the_orm(Database& database);
void check_records(Database& database);
void check_validation(Database& database);
// On a database without tables.
void check_migrations(const MakeDatabase& make_empty);

inline void check_orm_contract(const MakeDatabase& make_empty) {
  using Check = void (*)(Database&);
  constexpr std::pair<const char*, Check> parts[] = {{"round trips", check_round_trips},
                                                     {"lookups", check_lookups},
                                                     {"null", check_null},
                                                     {"relations", check_relations},
                                                     {"querysets", check_querysets},
                                                     {"writes", check_writes},
                                                     {"ids", check_ids},
                                                     {"hostile text", check_hostile_text},
                                                     {"transactions", check_transactions},
                                                     {"concurrency", check_concurrency},
                                                     {"more lookups", check_more_lookups},
                                                     {"forward", check_forward_relations},
                                                     {"backward", check_backward_relations},
                                                     {"slices", check_slices},
                                                     {"values", check_values},
                                                     {"aggregates", check_aggregates},
                                                     {"related rows", check_related_rows},
                                                     {"many to many", check_many_to_many},
                                                     {"creation", check_creation},
                                                     {"deletion", check_deletion},
                                                     {"types", check_types},
                                                     {"decimals", check_decimals_and_dates},
                                                     {"times", check_times_set_by_the_orm},
                                                     {"records", check_records},
                                                     {"validation", check_validation}};
  for (const auto& [name, check] : parts) {
    INFO(std::string(name));
    auto database = make_empty();
    migrate(*database, schema());
    check(*database);
  }
  check_migrations(make_empty);
}

}  // namespace tt::orm::contract
