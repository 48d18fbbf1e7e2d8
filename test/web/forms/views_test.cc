// Views that are always the same, on a site of two rows.
#include <doctest/doctest.h>

#include <filesystem>

#include "base/random.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/orm.h"
#include "web/core/client.h"
#include "web/forms/views.h"

namespace library {

namespace models = tt::orm::models;

struct Book : models::Model<Book> {
  models::AutoField id;
  models::CharField<20> title;
  static constexpr models::Meta meta{.ordering = {"title"}};
  std::string str() const { return title; }
};

}  // namespace library

using namespace tt;
using namespace tt::web;
using library::Book;

namespace {

struct BookList : views::ListView<BookList, Book> {
  static constexpr std::size_t paginate_by = 2;
  static void add_context(const HttpRequest&, Context& context) { context.set("hello", "Hi"); }
};
struct BookDetail : views::DetailView<BookDetail, Book> {
  static orm::Records rows(const HttpRequest&, orm::Records all) {
    return all.filter("title__startswith", std::string("A"));
  }
};
struct BookCreate : views::CreateView<BookCreate, Book> {
  static inline const std::vector<std::string> fields = {"title"};
  static constexpr std::string_view success_url = "/books/{id}/";
};
struct BookUpdate : views::UpdateView<BookUpdate, Book> {
  static constexpr std::string_view success_url = "/books/";
};
struct BookDelete : views::DeleteView<BookDelete, Book> {
  static constexpr std::string_view success_url = "/books/";
};

struct Question : forms::Declared<Question> {
  forms::CharField words{.max_length = 5};
};
struct Ask : views::FormView<Ask, Question> {
  static constexpr std::string_view template_name = "ask.html";
  static HttpResponse form_valid(const HttpRequest&, forms::FormOf<Question>& form) {
    return HttpResponse("asked " + form.get<&Question::words>());
  }
};

constexpr EmbeddedFile pages[] = {
    {"library/book_list.html",
     "{{ hello }}:{% for book in book_list %} {{ book.title }}{% endfor %}"
     "{% if page_obj.has_next %} …{% endif %}"},
    {"library/book_detail.html", "{{ book }} {{ object.pk }}"},
    {"library/book_form.html", "{{ form.title.errors }}{{ form.title.value }}"},
    {"library/book_confirm_delete.html", "Delete {{ book }}?"},
    {"ask.html", "{{ form.words.errors }}?"},
    {"about.html", "About {{ what }}"}};

struct Library {
  Library() {
    orm::migrate(*database, {.name = "library", .models = orm::models_of<Book>()});
    for (const char* title : {"Ada", "Babel", "Candide"}) {
      orm::objects<Book>(*database).create({.title = title});
    }
    ApplicationParts parts;
    parts.settings.secret_key = "a-key-of-the-tests-0123456789-abcdefghij-KLMNOP";
    parts.settings.allowed_hosts = {"*"};
    parts.database = database.get();
    parts.templates.assign(std::begin(pages), std::end(pages));
    parts.urls = {url("^books/$", BookList::as_view()),
                  url("^books/new/$", BookCreate::as_view()),
                  url("^books/(?P<pk>[^/]+)/$", BookDetail::as_view()),
                  url("^books/(?P<pk>[0-9]+)/edit/$", BookUpdate::as_view()),
                  url("^books/(?P<pk>[0-9]+)/delete/$", BookDelete::as_view()),
                  url("^ask/$", Ask::as_view()),
                  url("^about/$", views::template_view("about.html", {{"what", "us"}})),
                  url("^old/(?P<pk>[0-9]+)/$", views::redirect_view("/books/{pk}/", 301))};
    application = std::make_unique<Application>(std::move(parts));
    client = std::make_unique<Client>(*application);
    // Any page would do: a form needs the browser's token.
    client->set_cookie("csrftoken", std::string(64, 'a'));
  }
  ~Library() {
    client.reset();
    application.reset();
    database.reset();
    std::filesystem::remove_all(folder);
  }

  std::filesystem::path folder = [] {
    auto path = std::filesystem::temp_directory_path() / ("views-" + random_token(12));
    std::filesystem::create_directory(path);
    return path;
  }();
  std::unique_ptr<orm::Database> database = orm::engine::open_sqlite(folder / "site.db");
  std::unique_ptr<Application> application;
  std::unique_ptr<Client> client;
};

}  // namespace

TEST_CASE("a list, a page at a time") {
  Library library;
  CHECK(library.client->get("/books/").body == "Hi: Ada Babel …");
  CHECK(library.client->get("/books/?page=2").body == "Hi: Candide");
  CHECK(library.client->get("/books/?page=last").body == "Hi: Candide");
  for (const char* page : {"0", "3", "x", "-1"}) {
    CHECK(library.client->get(std::string("/books/?page=") + page).status == 404);
  }
}

TEST_CASE("one row") {
  Library library;
  CHECK(library.client->get("/books/1/").body == "Ada 1");
  // Not among the rows of the view, or no row at all.
  for (const char* id : {"2", "99", "abc", "99999999999999999999"}) {
    CHECK(library.client->get(std::string("/books/") + id + "/").status == 404);
  }
}

TEST_CASE("a row is made, changed and deleted") {
  Library library;
  CHECK(library.client->post("/books/new/", Parameters({{"title", ""}})).body ==
        "<ul class=\"errorlist\"><li>This field is required.</li></ul>");
  auto response = library.client->post("/books/new/", Parameters({{"title", "Dune"}}));
  CHECK(response.status == 302);
  CHECK(response.header("Location") == "/books/4/");
  CHECK(library.client->get("/books/4/edit/").body == "Dune");
  response = library.client->post("/books/4/edit/", Parameters({{"title", "Emma"}}));
  CHECK(response.header("Location") == "/books/");
  CHECK(library.client->get("/books/4/delete/").body == "Delete Emma?");
  CHECK(orm::objects<Book>(*library.database).count() == 4);
  CHECK(library.client->post("/books/4/delete/", {}).status == 302);
  CHECK(orm::objects<Book>(*library.database).count() == 3);
}

TEST_CASE("a form, a page and a redirect") {
  Library library;
  CHECK(library.client->get("/ask/").body == "?");
  CHECK(library.client->post("/ask/", Parameters({{"words", "why"}})).body == "asked why");
  CHECK(library.client->post("/ask/", Parameters({{"words", "why not"}})).status == 200);
  CHECK(library.client->get("/about/").body == "About us");
  CHECK(library.client->post("/about/", {}).status == 405);
  const auto response = library.client->get("/old/7/");
  CHECK(response.status == 301);
  CHECK(response.header("Location") == "/books/7/");
}
