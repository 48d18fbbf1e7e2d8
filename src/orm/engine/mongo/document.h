#pragma once

// Document: a command, filter or pipeline of MongoDB on its way to the server, as plain values.
//
//   Document filter{{"name", Document{{"$eq", value}}}};
//
// Values keep their types all the way, so nothing that a user wrote is ever read as an operator.
// Names come from models and from this engine only.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "orm/value.h"

struct _bson_t;  // of libbson

namespace tt::orm::engine {

struct Member;
struct Bson;

struct Document {
  std::vector<Member> members;

  // Members hold documents: what is needed for both is defined where both are known.
  Document();
  Document(const Document&);
  Document(Document&&) noexcept;
  Document& operator=(const Document&);
  Document& operator=(Document&&) noexcept;
  ~Document();
  Document(std::initializer_list<Member> given);
  // Returns itself, to go on with.
  Document& add(std::string name, Bson value);
  bool empty() const { return members.empty(); }
};

struct Array {
  std::vector<Bson> items;

  Array();
  Array(const Array&);
  Array(Array&&) noexcept;
  Array& operator=(const Array&);
  Array& operator=(Array&&) noexcept;
  ~Array();
  // Returns itself, to go on with.
  Array& add(Bson item);
};

// A whole document as it came from the server.
struct RawDocument {
  std::string bytes;
};

struct Bson {
  std::variant<Value, Document, Array, RawDocument> held;

  Bson() : held(Value(Null{})) {}
  Bson(Value value) : held(std::move(value)) {}
  Bson(Document document) : held(std::move(document)) {}
  Bson(Array array) : held(std::move(array)) {}
  Bson(RawDocument document) : held(std::move(document)) {}
  Bson(const char* text) : held(Value(std::string(text))) {}
  Bson(std::string text) : held(Value(std::move(text))) {}
  Bson(bool truth) : held(Value(truth)) {}
  Bson(int number) : held(Value(std::int64_t{number})) {}
  Bson(std::int64_t number) : held(Value(number)) {}
};

struct Member {
  std::string name;
  Bson value;
};

template <class... Items>
Array list(Items&&... items) {
  Array array;
  (array.add(Bson(std::forward<Items>(items))), ...);
  return array;
}

// --- what the server sends and gets ------------------------------------------------------------

struct FreeBson {
  void operator()(_bson_t* bson) const;
};
using EncodedDocument = std::unique_ptr<_bson_t, FreeBson>;

// The largest document that a server takes.
inline constexpr std::size_t document_bytes_max = 16 * 1024 * 1024;

// Throws too_large if the document is larger than any server takes.
//
//   Value    BSON                                    Value    BSON
//   Null     null                                    Bytes    binary, generic
//   bool     bool                                    Time     int64, microseconds since 1970
//   int64    int64                                   Date     UTC datetime at 00:00
//   double   double                                  Decimal  decimal128 of the same digits
//   text     string                                  Uuid     binary, UUID (subtype 4)
//
// A UTC datetime counts milliseconds: a Time would lose its last three digits in it.
EncodedDocument encode(const Document& document);
EncodedDocument encode(const RawDocument& document);
// As extended JSON, for people and for the records of migrations.
std::string to_json(const Document& document);

}  // namespace tt::orm::engine
