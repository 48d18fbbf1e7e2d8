#include "orm/engine/mongo/plan.h"

#include <doctest/doctest.h>

#include "orm/engine/mongo/comparison.h"
#include "orm/orm_contract.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::contract;

namespace {

std::string json_of(const Select& query) {
  engine::ResolveValues none = [](const Select&) { return std::vector<Value>(); };
  return engine::to_json(engine::plan_select(query, none).command);
}

}  // namespace

TEST_CASE("a query of one table is a find, all else an aggregate") {
  QuerySet<Owner> owners;
  CHECK(json_of(owners.filter("name__startswith"_k = "A.", "is_active"_k = true)
                    .order_by("-name", "id")
                    .slice(10, 15)
                    .query()) ==
        R"({ "find" : "contract_owner", )"
        R"("filter" : { "$and" : [ { "name" : { "$regex" : "^A\\." } }, )"
        R"({ "is_active" : { "$eq" : true } } ] }, )"
        R"("sort" : { "name" : -1, "_id" : 1 }, )"
        R"("projection" : { "_id" : 1, "name" : 1, "is_active" : 1 }, "skip" : 10, "limit" : 5 })");
  CHECK(json_of(QuerySet<Visit>().exclude("owner__name"_k = "Ann").query()) ==
        R"({ "aggregate" : "contract_visit", "pipeline" : [ )"
        R"({ "$lookup" : { "from" : "contract_owner", "localField" : "owner_id", )"
        R"("foreignField" : "_id", "as" : "__j0" } }, )"
        R"({ "$unwind" : { "path" : "$__j0", "preserveNullAndEmptyArrays" : true } }, )"
        R"({ "$match" : { "$nor" : [ { "__j0.name" : { "$eq" : "Ann" } } ] } }, )"
        R"({ "$project" : { "_id" : 0, "c0" : "$_id", "c1" : "$owner_id" } } ], )"
        R"("cursor" : {  }, "allowDiskUse" : true })");
  CHECK(json_of(owners.annotate("n"_k = Count("id"_f)).filter("n__gt"_k = 1).query()) ==
        R"({ "aggregate" : "contract_owner", "pipeline" : [ )"
        R"({ "$group" : { "_id" : { "row" : "$_id" }, "__row" : { "$first" : "$$ROOT" }, )"
        R"("__g0" : { "$sum" : { "$cond" : [ { "$gt" : [ "$_id", null ] }, 1, 0 ] } } } }, )"
        R"({ "$replaceRoot" : { "newRoot" : { "$mergeObjects" : [ "$__row", )"
        R"({ "__g0" : "$__g0" } ] } } }, )"
        R"({ "$set" : { "__a_n" : "$__g0" } }, { "$match" : { "__a_n" : { "$gt" : 1 } } }, )"
        R"({ "$project" : { "_id" : 0, "c0" : "$_id", "c1" : "$name", "c2" : "$is_active", )"
        R"("c3" : "$__a_n" } } ], "cursor" : {  }, "allowDiskUse" : true })");
}

TEST_CASE("texts are quoted for regular expressions") {
  using engine::Fold;
  CHECK(engine::quoted_regex("a.b*c$ é", Fold::no) == "a\\.b\\*c\\$ é");
  CHECK(engine::quoted_regex("aZ9", Fold::ascii) == "[aA][zZ]9");
}

TEST_CASE("a value is never an operator") {
  CHECK(json_of(QuerySet<Owner>().filter("name"_k = R"({"$ne": 1})").order_by().query()) ==
        R"({ "find" : "contract_owner", "filter" : { "name" : { "$eq" : "{\"$ne\": 1}" } }, )"
        R"("projection" : { "_id" : 1, "name" : 1, "is_active" : 1 } })");
}

TEST_CASE("decimals as the server computes them") {
  auto read = [](const char* text) {
    auto decimal = engine::read_decimal128(text);
    return decimal ? decimal->text() : "none";
  };
  CHECK(read("0") == "0");
  CHECK(read("-12.50") == "-12.50");
  CHECK(read("1.5E+3") == "1500");
  CHECK(read("1E-3") == "0.001");
  CHECK(read("0E+40") == "0");
  CHECK(read("12.33333333333333333333333333333333") == "12.3333333333333333");
  CHECK(read("0.9999999999999999999999") == "1.00000000000000000");
  CHECK(read("1E+18") == "none");
  CHECK(read("NaN") == "none");
  CHECK(read("Infinity") == "none");
  CHECK(read("") == "none");
}
