// Does not compile: mistakes that the orm must find when compiling.  check_mistakes.py looks for an
// error that names the line and holds the words after "error:".

#include "orm/orm.h"

namespace tt::weather {

using namespace orm::literals;
using orm::f;
namespace models = orm::models;

struct Owner : models::Model<Owner> {
  models::AutoField id;
  models::CharField<10> name;
};

struct Station : models::Model<Station> {
  models::AutoField id;
  models::CharField<10> name;
  models::FloatField<> temperature;
  models::ForeignKey<Owner> owner;
};

struct Nameless : models::Model<Nameless> {
  models::CharField<10> name;
};

struct Misspelt : models::Model<Misspelt> {
  models::AutoField id;
  static constexpr models::Meta meta{.ordering = {"nmae"}};
};

struct Reading : models::Model<Reading> {
  models::AutoField id;
  models::ForeignKey<Station> station;
  models::IntegerField<> level;
};

void mistakes(orm::Session& session) {
  auto stations = orm::objects<Station>(session);
  (void)stations.filter("nmae"_k = "x");          // error: the model has no such field
  (void)stations.filter("name__gteq"_k = "x");    // error: unknown lookup suffix
  (void)stations.filter("owner__nmae"_k = "x");   // error: the model has no such field
  (void)stations.filter("temperature"_k = "28");  // error: the value's type does not fit the field
  (void)stations.filter("temperature__contains"_k = 2.0);  // error: this lookup is for text fields
  (void)stations.filter(f<&Station::nmae> == "x");         // error: no member named 'nmae'
  (void)stations.filter(f<&Owner::name> == "x");           // error: no matching conversion
  (void)stations.order_by("-idd");                         // error: the model has no such field
  (void)stations.order_by("owner__idd");                   // error: the model has no such field
  (void)stations.order_by("name__name");                   // error: the model has no such field
  (void)stations.filter("name__name"_k = "x");  // error: unknown lookup suffix, or not a relation
  (void)stations.filter("temperature__gt"_k = "temp"_f);  // error: the model has no such field
  (void)stations.filter("temperature__in"_k = 3);         // error: in takes a range of values
  (void)stations.filter("name__year"_k = 2013);           // error: this lookup is for dates
  (void)stations.filter("name__contains"_k = "name"_f);   // error: this lookup takes a value
  (void)stations.filter(f<&Station::name, &Owner::name> == "x");     // error: only a relation leads
  (void)stations.filter(f<&Station::owner, &Station::name> == "x");  // error: of another model
  (void)stations.filter(f<orm::related<&Station::name>> == 1);       // error: takes a foreign key
  (void)stations.filter("owner"_k = Station{});  // error: the value's type does not fit
  (void)stations.update("owner__name"_k = "x");  // error: an assignment names a field
  (void)stations.annotate("n"_k = 3);            // error: an annotation is an expression
  auto counted = stations.annotate("n"_k = orm::Count("id"_f));
  (void)counted[0]["m"_k];                       // error: the query has no such annotation
  (void)counted.filter("n"_k = "x");             // error: the value's type does not fit
  (void)stations.values<&Owner::name>();         // error: values: a field of another model
  (void)stations.select_related("ownr");         // error: the model has no such field
  (void)stations.get_or_create("nome"_k = "x");  // error: the model has no such field
  (void)orm::model_info<Nameless>();             // error: the first member of a model must be
  (void)orm::model_info<Misspelt>();             // error: meta: the model has no such field
}

}  // namespace tt::weather
