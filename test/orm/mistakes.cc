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
  (void)orm::model_info<Nameless>();  // error: the first member of a model must be
  (void)orm::model_info<Misspelt>();  // error: meta: the model has no such field
}

}  // namespace tt::weather
