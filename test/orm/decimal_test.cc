#include "orm/decimal.h"

#include <doctest/doctest.h>

using tt::orm::Decimal;

TEST_CASE("decimals are read exactly") {
  auto text = [](const char* written) {
    auto decimal = Decimal::parse(written);
    return decimal ? decimal->text() : "none";
  };
  CHECK(text("21.50") == "21.50");
  CHECK(text("-0.05") == "-0.05");
  CHECK(text("+7") == "7");
  CHECK(text(".5") == "0.5");
  CHECK(text("5.") == "5");
  CHECK(text("2e3") == "2000");
  CHECK(text("2.5E-1") == "0.25");
  CHECK(text("0e9") == "0");
  CHECK(text("-0") == "0");
  CHECK(text("999999999999999999") == "999999999999999999");
  CHECK(text("0.000000000000000001") == "0.000000000000000001");
  for (const char* bad : {"", "-", ".", "1.2.3", "1e", "1e+", "e3", "1 ", " 1", "0x1", "NaN", "inf",
                          "1000000000000000000", "1e18", "1e-19", "1e99999", "1,5", "--1"}) {
    CHECK(text(bad) == "none");
  }
}

TEST_CASE("decimals compare by the number") {
  auto decimal = [](const char* text) { return Decimal::parse(text).value(); };
  CHECK(decimal("1.5") == decimal("1.50"));
  CHECK(decimal("-1.5") < decimal("-1.49"));
  CHECK(decimal("999999999999999999") > decimal("0.000000000000000001"));
  CHECK(decimal("0") == decimal("0.00"));
  CHECK(decimal("21.50").real() == 21.5);
}

TEST_CASE("places change only without loss") {
  Decimal price{2150, 2};
  CHECK(price.with_places(1)->text() == "21.5");
  CHECK(price.with_places(4)->text() == "21.5000");
  CHECK_FALSE(price.with_places(0));
  CHECK_FALSE((Decimal{999'999'999'999'999'999, 0}.with_places(1)));
  CHECK((Decimal{0, 0}.with_places(18)->unscaled == 0));
}
