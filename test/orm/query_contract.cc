// The part of the contract suite that is about queries over relations, expressions and aggregates.
// A mast has samples; samples have marks.

#include <algorithm>

#include "orm/orm_contract.h"

namespace tt::orm::contract {
namespace {

constexpr auto samples_of = f<related<&Sample::mast>>;

// Masts m1, m2 (up), m3 (down).  Sample i = 1 … 10 is at mast i % 3 + 1; its level is 20 + i % 4,
// none for 10; its depth is i / 4; odd ones are called "Peak", even ones "peak", then the number,
// then "%" for 5 and "_" for 6.
void fill(Session& session) {
  std::vector<Mast> masts;
  for (const char* code : {"m1", "m2", "m3"}) {
    masts.push_back(objects<Mast>(session).create({.code = code, .is_up = code[1] != '3'}));
  }
  for (int i = 1; i <= 10; ++i) {
    Sample sample{.mast = masts[static_cast<std::size_t>(i % 3)], .depth = i / 4.0};
    sample.label = (i % 2 == 1 ? "Peak" : "peak") + std::to_string(i) +
                   (i == 5   ? "%"
                    : i == 6 ? "_"
                             : "");
    if (i != 10) sample.level = 20 + i % 4;
    objects<Sample>(session).create(std::move(sample));
  }
}

template <class M>
std::string ids(const QuerySet<M>& rows) {
  std::string text;
  for (const M& row : rows) text += std::to_string(*row.id) + ' ';
  return text;
}
// Of a queryset without an order.
template <class M>
std::string set_of(const QuerySet<M>& rows) {
  return ids(rows.order_by("id"));
}

}  // namespace

void check_more_lookups(Database& database) {
  fill(database);
  auto samples = objects<Sample>(database);
  auto found = [&](auto... condition) { return set_of(samples.filter(condition...)); };
  CHECK(found("pk"_k = 5) == "5 ");
  CHECK(found("label__endswith"_k = "1") == "1 ");
  CHECK(found("label__endswith"_k = "%") == "5 ");
  CHECK(found("label__endswith"_k = "") == "1 2 3 4 5 6 7 8 9 10 ");
  CHECK(found("label__endswith"_k = "K1") == "");
  CHECK(found("label__iendswith"_k = "K1") == "1 ");
  CHECK(found("label__endswith"_k = "longer than the label 1") == "");
  CHECK(found("label__istartswith"_k = "PEAK1") == "1 10 ");
  CHECK(found("label__startswith"_k = "peak") == "2 4 6 8 10 ");
  CHECK(found("label__regex"_k = "^peak[0-9]$") == "2 4 8 ");
  CHECK(found("label__regex"_k = "k1") == "1 10 ");
  CHECK(found("label__iregex"_k = "^PEAK1") == "1 10 ");
  CHECK(found("label__contains"_k = "_") == "6 ");
  CHECK(found("level__range"_k = {21, 22}) == "1 2 5 6 9 ");
  CHECK(found(f<&Sample::level>.range(23, 30)) == "3 7 ");
  CHECK(found("level__isnull"_k = true) == "10 ");
  CHECK(found("level"_k = std::nullopt) == "10 ");
  CHECK(found("level__in"_k = std::vector<int>()) == "");
  CHECK(found("level__gt"_k = "depth"_f) == "1 2 3 4 5 6 7 8 9 ");
  CHECK(found(f<&Sample::level> <= f<&Sample::depth> * 10) == "8 9 ");
  CHECK(found("depth__lt"_k = "depth"_f) == "");
  CHECK(found((Q<Sample>("level"_k = 21) || !Q<Sample>("label__startswith"_k = "peak")),
              "depth__gt"_k = 1.2) == "5 7 9 ");
  CHECK(code_of([&] { found("label__regex"_k = "("); }) == "invalid");

  auto excluded = [&](auto... condition) { return set_of(samples.exclude(condition...)); };
  CHECK(excluded("level__gt"_k = 21) == "1 4 5 8 9 10 ");
  CHECK(excluded("level"_k = 21) == "2 3 4 6 7 8 10 ");
  CHECK(excluded("level__range"_k = {21, 22}) == "3 4 7 8 10 ");
  CHECK(excluded("level__gt"_k = "depth"_f) == "10 ");
  CHECK(excluded("level"_k = 21, "depth__gt"_k = 1) == "1 2 3 4 6 7 8 10 ");
  CHECK(set_of(samples.filter(!Q<Sample>("level"_k = 21))) == "2 3 4 6 7 8 10 ");
}

void check_forward_relations(Database& database) {
  fill(database);
  auto samples = objects<Sample>(database);
  auto masts = objects<Mast>(database);
  auto found = [&](auto... condition) { return set_of(samples.filter(condition...)); };
  CHECK(found("mast__code"_k = "m2") == "1 4 7 10 ");
  CHECK(found("mast_id"_k = 1) == "3 6 9 ");
  CHECK(found("mast__id"_k = 1) == "3 6 9 ");
  CHECK(found("mast__is_up"_k = false, "level__gt"_k = 21) == "2 ");
  CHECK(found("mast__in"_k = masts.filter("is_up"_k = false)) == "2 5 8 ");
  CHECK(found("mast__code__in"_k = masts.filter("is_up"_k = true).column<&Mast::code>()) ==
        "1 3 4 6 7 9 10 ");
  CHECK(found("id__in"_k = masts.filter("is_up"_k = false).column<&Mast::id>()) == "3 ");
  CHECK(found("mast__in"_k = masts.order_by("-id").limit(1)) == "2 5 8 ");
  CHECK(found("mast__in"_k = masts.none()) == "");
  CHECK(found("mast__id__gt"_k = "level"_f) == "");
  CHECK(found(f<&Sample::mast> == f<&Sample::level> - 20) == "9 ");
  CHECK(set_of(samples.exclude("mast__code"_k = "m2")) == "2 3 5 6 8 9 ");
  CHECK(set_of(samples.exclude("mast__in"_k = masts.filter("is_up"_k = true))) == "2 5 8 ");
  CHECK(ids(samples.order_by("-mast__code", "-level", "id")) == "2 5 8 7 1 4 10 3 6 9 ");
  CHECK(samples.filter("mast__is_up"_k = false).update("level"_k = "level"_f + 100) == 3);
  CHECK(found("level__gte"_k = 100) == "2 5 8 ");
  CHECK(samples.update("depth"_k = f<&Sample::depth> * 2) == 10);
  CHECK(samples.get("id"_k = 9).depth == 4.5);
  CHECK(code_of([&] { samples.update("label"_k = f<&Sample::mast, &Mast::code>); }) == "invalid");
}

// Conditions over relations that lead to many rows join, and may repeat a row; a `not` does not.
void check_backward_relations(Database& database) {
  fill(database);
  auto masts = objects<Mast>(database);
  constexpr auto level = f<related<&Sample::mast>, &Sample::level>;
  constexpr auto depth = f<related<&Sample::mast>, &Sample::depth>;
  CHECK(set_of(masts.filter(level == 21)) == "1 2 3 ");
  CHECK(set_of(masts.filter(level < 22)) == "1 2 2 3 3 ");
  CHECK(set_of(masts.filter(level < 22).distinct()) == "1 2 3 ");
  CHECK(masts.filter(level < 22).count() == 5);
  CHECK(masts.filter(level < 22).distinct().count() == 3);
  // One row in one call, any row in each of several.
  CHECK(set_of(masts.filter(level == 23, depth > 1)) == "2 ");
  CHECK(set_of(masts.filter(level == 23).filter(depth > 2.4)) == "2 ");
  CHECK(set_of(masts.filter(level == 23).filter(depth < 1.3)) == "1 2 2 ");
  CHECK(set_of(masts.filter(level == 23, depth < 1.3)) == "1 ");
  CHECK(set_of(masts.exclude(level == 23)) == "3 ");
  CHECK(set_of(masts.exclude(level > 99)) == "1 2 3 ");
  CHECK(set_of(masts.filter(level == 23 || f<&Mast::code> == "m3").distinct()) == "1 2 3 ");
  Mast bare = masts.create({.code = "bare"});
  CHECK(set_of(masts.filter(samples_of.isnull(true))) == "4 ");
  CHECK(set_of(masts.filter(samples_of.isnull(false)).distinct()) == "1 2 3 ");
  CHECK(set_of(masts.exclude(samples_of.isnull(true))) == "1 2 3 ");
  CHECK(set_of(masts.exclude(level == 23)) == "3 4 ");
  CHECK(set_of(masts.filter(level.isnull(true))) == "2 4 ");
  CHECK(masts.filter(level == 23).update("is_up"_k = false) == 2);
  CHECK(set_of(masts.filter("is_up"_k = false)) == "1 2 3 ");

  Mast first = masts.get("code"_k = "m1");
  auto own = related_rows<&Sample::mast>(database, first);
  CHECK(own.count() == 3);
  CHECK(set_of(own.filter("level"_k = 21)) == "9 ");
  auto grouped = grouped_rows<&Sample::mast>(objects<Sample>(database), masts.order_by("id"));
  CHECK(grouped[1].size() == 3);
  CHECK(grouped[2].size() == 4);
  CHECK(!grouped.contains(bare.id));
}

void check_slices(Database& database) {
  fill(database);
  auto samples = objects<Sample>(database);
  CHECK(ids(samples.order_by("level", "-id")) == "10 8 4 9 5 1 6 2 7 3 ");
  CHECK(ids(samples.order_by("-level", "id")) == "3 7 2 6 1 5 9 4 8 10 ");
  CHECK(ids(samples.order_by("id").slice(2, 5)) == "3 4 5 ");
  CHECK(ids(samples.order_by("id").slice(2, 8).slice(1, 3)) == "4 5 ");
  CHECK(ids(samples.order_by("id").slice(2, 8).slice(5, 9)) == "8 ");
  CHECK(ids(samples.order_by("id").slice(5, 2)) == "");
  CHECK(ids(samples.order_by("id").reverse().slice(0, 2)) == "10 9 ");
  CHECK(samples.order_by("-id")[0].id == 10);
  CHECK(samples.order_by("-id")[9].id == 1);
  CHECK(code_of([&] { samples.order_by("-id")[10]; }) == "not_found");
  CHECK(code_of([&] { samples.all()[-1]; }) == "invalid");
  CHECK(code_of([&] { samples.slice(0, 2).filter("id"_k = 1); }) == "internal");
  CHECK(samples.first()->id == 1);
  CHECK(samples.last()->id == 10);
  CHECK(samples.order_by("-id").last()->id == 1);
  CHECK_FALSE(samples.filter("level"_k = 99).last());
  CHECK(samples.earliest("depth").id == 1);
  CHECK(samples.latest("depth").id == 10);
  CHECK(code_of([&] { samples.none().latest("id"); }) == "not_found");
  CHECK(samples.in_bulk(std::vector<int>{2, 3, 99}).size() == 2);
  CHECK(code_of([&] { samples.slice(0, 2).erase(); }) == "internal");
  CHECK(code_of([&] { samples.slice(0, 2).update("level"_k = 1); }) == "internal");
  CHECK(samples.exclude().count() == 10);
  CHECK(samples.none().count() == 0);
  CHECK(samples.none().rows().empty());
  CHECK(samples.none().erase() == 0);
  CHECK(samples.none().remove().total == 0);
  CHECK(samples.none().update("level"_k = 1) == 0);
  CHECK(samples.count() == 10);

  try {
    samples.get("level"_k = 21);
    FAIL("several rows");
  } catch (const MultipleObjectsReturned& error) {
    CHECK(std::string(error.what()) == "get() returned more than one Sample -- it returned 3!");
  }
  try {
    samples.get("level"_k = 99);
    FAIL("no row");
  } catch (const DoesNotExist& error) {
    CHECK(std::string(error.what()) == "Sample matching query does not exist.");
  }
  // Walked over once, the rows stay.
  auto kept = samples.order_by("id");
  CHECK(kept.size() == 10);
  samples.filter("id"_k = 1).erase();
  CHECK(kept.size() == 10);
  CHECK(kept[0].id == 1);
  CHECK(kept.count() == 10);
  CHECK(kept.all().size() == 9);
}

void check_values(Database& database) {
  fill(database);
  auto samples = objects<Sample>(database);
  using Pair = std::tuple<std::string, std::optional<std::int32_t>>;
  CHECK(samples.order_by("id").slice(8, 10).values_list<&Sample::label, &Sample::level>() ==
        std::vector<Pair>{{"Peak9", 21}, {"peak10", std::nullopt}});
  CHECK(samples.order_by("id").limit(2).values<"mast__code"_k>() ==
        std::vector<std::string>{"m2", "m3"});
  CHECK(samples.order_by("id").limit(2).values<f<&Sample::mast, &Mast::code>>() ==
        std::vector<std::string>{"m2", "m3"});
  CHECK(samples.distinct().order_by("level").values<&Sample::level>() ==
        std::vector<std::optional<std::int32_t>>{std::nullopt, 20, 21, 22, 23});
  CHECK(samples.filter("level__gt"_k = 21).distinct().order_by("-mast").values<&Sample::mast>() ==
        std::vector<std::int64_t>{3, 2, 1});
}

void check_aggregates(Database& database) {
  fill(database);
  auto samples = objects<Sample>(database);
  auto masts = objects<Mast>(database);
  auto all = samples.aggregate(
      "n"_k = Count("id"_f), "levels"_k = Count("level"_f),
      "kinds"_k = Count("level"_f, Distinct::yes), "sum"_k = Sum("level"_f),
      "mean"_k = Avg("level"_f), "least"_k = Min("level"_f), "most"_k = Max("label"_f),
      "deep"_k = Sum("depth"_f), "up"_k = Count(f<&Sample::mast, &Mast::code>, Distinct::yes));
  CHECK(all["n"_k] == 10);
  CHECK(all["levels"_k] == 9);
  CHECK(all["kinds"_k] == 4);
  CHECK(all["sum"_k] == 193);
  CHECK(std::abs(*all["mean"_k] - 193 / 9.0) < 1e-9);
  CHECK(all["least"_k] == 20);
  CHECK(all["most"_k] == "peak8");
  CHECK(all["deep"_k] == 13.75);
  CHECK(all["up"_k] == 3);
  auto none =
      samples.filter("level"_k = 99).aggregate("n"_k = Count("id"_f), "sum"_k = Sum("level"_f));
  CHECK(none["n"_k] == 0);
  CHECK(none["sum"_k] == std::nullopt);
  CHECK(samples.order_by("id").slice(0, 3).aggregate("sum"_k = Sum("level"_f))["sum"_k] == 66);
  CHECK(masts.filter(f<related<&Sample::mast>, &Sample::level> < 22)
            .distinct()
            .aggregate("n"_k = Count("id"_f))["n"_k] == 3);

  auto counted = masts.annotate("n"_k = Count(samples_of)).order_by("code");
  std::string text;
  for (const auto& mast : counted) text += *mast.code + '=' + std::to_string(mast["n"_k]) + ' ';
  CHECK(text == "m1=3 m2=4 m3=3 ");
  using Counted = std::tuple<std::string, std::int64_t>;
  CHECK(counted.filter("n__gt"_k = 3).values_list<&Mast::code, "n"_k>() ==
        std::vector<Counted>{{"m2", 4}});
  CHECK(counted.filter("n"_k = 3, "is_up"_k = false).values<&Mast::code>() ==
        std::vector<std::string>{"m3"});
  CHECK(counted.filter("n__gt"_k = 3).count() == 1);
  CHECK(counted.exclude("n__gt"_k = 3).count() == 2);
  CHECK(counted.order_by("-n", "-code").values<&Mast::code>() ==
        std::vector<std::string>{"m2", "m3", "m1"});
  CHECK(counted.aggregate("most"_k = Max("n"_f))["most"_k] == 4);
  CHECK(counted.count() == 3);
  CHECK(counted.first()->id == 1);

  // Before annotate() a filter narrows what is counted, after it the rows.
  constexpr auto level = f<related<&Sample::mast>, &Sample::level>;
  auto numbers = [](const auto& rows) {
    std::string out;
    for (const auto& row : rows.order_by("id")) out += std::to_string(row["n"_k]) + ' ';
    return out;
  };
  CHECK(numbers(masts.filter(level < 22).annotate("n"_k = Count(samples_of))) == "1 2 2 ");
  CHECK(numbers(masts.filter(level == 23).annotate("n"_k = Count(samples_of))) == "1 1 ");
  CHECK(numbers(masts.annotate("n"_k = Count(samples_of)).filter(level == 23)) == "3 4 ");
  masts.create({.code = "bare"});
  CHECK(numbers(masts.annotate("n"_k = Count(samples_of))) == "3 4 3 0 ");
  auto warmest = masts.annotate("m"_k = Max(level)).order_by("id").values<"m"_k>();
  CHECK(warmest == std::vector<std::optional<std::int32_t>>{23, 23, 22, std::nullopt});

  auto groups =
      samples.group_by<&Sample::level>().annotate("n"_k = Count("id"_f)).order_by("level");
  using Group = std::tuple<std::optional<std::int32_t>, std::int64_t>;
  CHECK(groups.values_list<&Sample::level, "n"_k>() ==
        std::vector<Group>{{std::nullopt, 1}, {20, 2}, {21, 3}, {22, 2}, {23, 2}});
  CHECK(groups.filter("n__gte"_k = 2, "level__lt"_k = 22).values_list<&Sample::level, "n"_k>() ==
        std::vector<Group>{{20, 2}, {21, 3}});
  CHECK(samples.group_by<"mast__code"_k>()
            .annotate("n"_k = Count("id"_f))
            .order_by("-n", "mast__code")
            .values_list<"mast__code"_k, "n"_k>() ==
        std::vector<Counted>{{"m2", 4}, {"m1", 3}, {"m3", 3}});

  auto sums = samples.annotate("sum"_k = "level"_f + "depth"_f * 4).order_by("id");
  CHECK(sums[0]["sum"_k] == 22.0);
  CHECK(sums[9]["sum"_k] == std::nullopt);
  CHECK(sums.filter("sum__gt"_k = 28).count() == 2);
  CHECK(samples.annotate("q"_k = "level"_f / 7, "r"_k = "level"_f % 7)
            .order_by("id")
            .limit(1)
            .values_list<"q"_k, "r"_k>()[0] ==
        std::tuple(std::optional<std::int64_t>(3), std::optional<std::int64_t>(0)));
}

void check_related_rows(Database& database) {
  fill(database);
  auto samples = objects<Sample>(database);
  auto joined = samples.select_related("mast").order_by("id").rows();
  CHECK(joined[0].mast.has_row());
  CHECK(joined[0].mast->code == "m2");
  CHECK(joined[1].mast->is_up == false);
  auto plain = samples.get("id"_k = 1);
  CHECK_FALSE(plain.mast.has_row());
  CHECK(plain.mast.row(database).code == "m2");
  CHECK(plain.mast->code == "m2");
  plain.mast = 3;
  UseSession use(database);
  CHECK(plain.mast->code == "m3");  // another id, another row
  CHECK(Sample::objects.get("id"_k = 3).mast->code == "m1");

  Mast mast = Mast::objects.get("code"_k = "m1");
  Note top = Note::objects.create({.text = "top", .mast = mast});
  Note reply = Note::objects.create({.text = "reply", .answers = top});
  auto notes = Note::objects.select_related("answers__mast", "mast").order_by("id").rows();
  CHECK(notes[0].mast->code == "m1");
  CHECK_FALSE(notes[0].answers.has_row());
  CHECK(notes[1].answers->text == "top");
  CHECK(notes[1].answers->mast->code == "m1");
  CHECK_FALSE(notes[1].mast.has_row());
  CHECK(code_of([&] { (void)notes[1].mast->code; }) == "not_found");
  CHECK(ids(Note::objects.filter("answers__mast__code"_k = "m1")) == "2 ");
  CHECK(ids(Note::objects.filter("answers__isnull"_k = true)) == "1 ");
  CHECK(set_of(Note::objects.filter(f<&Note::text> == "top" ||
                                    f<&Note::answers, &Note::text> == "top")) == "1 2 ");
  CHECK(set_of(Note::objects.exclude("answers__text"_k = "top")) == "1 ");
  // One to one, both ways.
  Plate plate = Plate::objects.create({.mast = mast, .text = "p"});
  CHECK(code_of([&] { Plate::objects.create({.mast = mast}); }) == "conflict");
  CHECK(ids(Mast::objects.filter(f<related<&Plate::mast>, &Plate::text> == "p")) == "1 ");
  CHECK(set_of(Mast::objects.exclude(f<related<&Plate::mast>, &Plate::text> == "p")) == "2 3 ");
  CHECK(plate.mast->code == "m1");
}

void check_many_to_many(Database& database) {
  fill(database);
  UseSession use(database);
  Sample first = Sample::objects.get("id"_k = 1);
  Sample second = Sample::objects.get("id"_k = 2);
  Mark wet = Mark::objects.create({.word = "wet"});
  Mark old = Mark::objects.create({.word = "old"});
  Mark odd = Mark::objects.create({.word = "odd"});
  first.marks.add(wet, old);
  first.marks.add(wet);  // stays once
  second.marks.in(database).add(old);
  CHECK(set_of(first.marks.all()) == "1 2 ");
  CHECK(first.marks.in(database).ids() == std::vector<std::int64_t>{1, 2});
  CHECK(set_of(first.marks.all().filter("word"_k = "old")) == "2 ");
  CHECK(set_of(Sample::objects.filter("marks__word"_k = "old")) == "1 2 ");
  CHECK(set_of(Sample::objects.filter("marks"_k = wet)) == "1 ");
  CHECK(set_of(Sample::objects.filter("marks__in"_k = {1, 2})) == "1 1 2 ");
  CHECK(Sample::objects.exclude("marks__word"_k = "old").count() == 8);
  CHECK(Sample::objects.filter("marks__isnull"_k = true).count() == 8);
  CHECK(set_of(Mark::objects.filter(f<related<&Sample::marks>, &Sample::level> == 22)) == "2 ");
  CHECK(set_of(Mark::objects.filter(f<related<&Sample::marks>, &Sample::mast, &Mast::code> ==
                                    "m2")) == "1 2 ");
  auto counts = Mark::objects.annotate("n"_k = Count(f<related<&Sample::marks>>)).order_by("id");
  CHECK(counts.values<"n"_k>() == std::vector<std::int64_t>{1, 2, 0});
  CHECK(set_of(related_rows<&Sample::marks>(old).all()) == "1 2 ");
  auto fetched = Sample::objects.order_by("id").limit(2).prefetch_related<&Sample::marks>().rows();
  Sample::objects.get("id"_k = 2).marks.clear();
  CHECK(fetched[0].marks.all().size() == 2);
  CHECK(fetched[1].marks.all().size() == 1);  // as they were
  CHECK(second.marks.all().count() == 0);

  first.marks.set(std::vector<Mark>{odd, old});
  CHECK(set_of(first.marks.all()) == "2 3 ");
  first.marks.remove(old);
  CHECK(set_of(first.marks.all()) == "3 ");
  CHECK(code_of([&] { first.marks.add(999); }) == "conflict");
  CHECK(code_of([&] { Sample().marks.add(odd); }) == "not_found");
  odd = Mark::objects.get("word"_k = "odd");
  CHECK(Mark::objects.filter("word"_k = "odd").remove().total == 2);  // and its link
  CHECK(first.marks.all().empty());
}

void check_creation(Database& database) {
  fill(database);
  auto masts = objects<Mast>(database);
  auto [made, is_new] = masts.get_or_create("code"_k = "m9", defaults("is_up"_k = false));
  CHECK(is_new);
  CHECK(made.is_up == false);
  auto [again, is_newer] = masts.get_or_create("code"_k = "m9", defaults("is_up"_k = true));
  CHECK_FALSE(is_newer);
  CHECK(again == made);
  auto [changed, is_newest] = masts.update_or_create("code"_k = "m9", defaults("is_up"_k = true));
  CHECK_FALSE(is_newest);
  CHECK(masts.get("code"_k = "m9").is_up == true);
  CHECK(masts.update_or_create("code"_k = "m10").second);
  CHECK(code_of([&] { objects<Sample>(database).get_or_create("level"_k = 21); }) == "internal");

  std::vector<Sample> many(3'000);
  for (std::size_t i = 0; i < many.size(); ++i)
    many[i] = {.mast = made, .label = std::to_string(i)};
  objects<Sample>(database).bulk_create(many);
  CHECK(objects<Sample>(database).count() == 3'010);
  CHECK(objects<Sample>(database).get("label"_k = "2999").id == many.back().id);
  std::vector<Mast> empty;
  masts.bulk_create(empty);
}

void check_deletion(Database& database) {
  fill(database);
  UseSession use(database);
  auto samples = Sample::objects.filter("mast__code"_k = "m1");
  Mark mark = Mark::objects.create({.word = "wet"});
  for (const Sample& sample : samples) sample.marks.add(mark);
  Mast mast = Mast::objects.get("code"_k = "m1");
  Note note = Note::objects.create({.text = "n", .mast = mast});

  std::int64_t id = mast.id;
  auto plan = plan_deletion(database, model_info<Mast>(), {&id, 1});
  CHECK(plan.counts[&model_info<Sample>()] == 3);
  CHECK(plan.counts[&model_info<Mast>()] == 1);
  CHECK(plan.counts[model_info<Sample>().find("marks")->through] == 3);
  CHECK(plan.protectors.empty());
  REQUIRE(plan.branches.size() == 1);
  CHECK(plan.branches[0].dependants.size() == 3);
  CHECK(plan.branches[0].dependants[0].dependants.size() == 1);
  CHECK(Mast::objects.count() == 3);

  Removed removed = Mast::objects.filter("code"_k = "m1").remove();
  CHECK(removed.total == 7);
  CHECK(removed.of<Mast>() == 1);
  CHECK(removed.of<Sample>() == 3);
  CHECK(Sample::objects.count() == 7);
  CHECK(Note::objects.get("id"_k = note.id).mast == std::nullopt);

  Mast second = Mast::objects.get("code"_k = "m2");
  Plate plate = Plate::objects.create({.mast = second, .text = "p"});
  CHECK(code_of([&] { Mast::objects.filter("code"_k = "m2").remove(); }) == "conflict");
  CHECK(code_of([&] { Mast::objects.filter("code"_k = "m2").erase(); }) == "conflict");
  id = second.id;
  CHECK(plan_deletion(database, model_info<Mast>(), {&id, 1}).protectors.size() == 1);
  CHECK(Sample::objects.count() == 7);
  CHECK(Plate::objects.all().remove().total == 1);
  CHECK(Mast::objects.filter("code"_k = "m2").erase() == 1);
  CHECK(Sample::objects.count() == 3);
  CHECK(Sample::objects.filter("label__startswith"_k = "P").remove().total == 1);
}

}  // namespace tt::orm::contract
