#include "console/audited_journal.h"

#include "base/text.h"

namespace tt::console {
namespace {

using web::admin::Deed;
using web::admin::JournalEntry;

std::string_view verb_of(Deed deed) {
  switch (deed) {
    case Deed::addition: return "create";
    case Deed::change: return "update";
    case Deed::deletion: return "delete";
  }
  return "update";
}

std::string_view thing_of(const JournalEntry& entry) {
  if (entry.model == "accountrow") return "account";
  if (entry.model == "keyrow") return "key";
  return entry.model == "feedrow" ? "feed" : "row";
}

std::string object_of(const JournalEntry& entry) {
  auto thing = thing_of(entry);
  if (thing == "account") return "accounts/" + entry.object_text;
  if (thing == "feed") return "feeds/" + entry.object_id;
  return thing == "key" ? "keys" : entry.model;
}

}  // namespace

audit::Event event_of(const JournalEntry& entry) {
  bool is_account = thing_of(entry) == "account";
  return {
      .action = fmt::format("{}.{}", thing_of(entry), verb_of(entry.deed)),
      .object = object_of(entry),
      .detail = fmt::format("'{}': {}", entry.object_text, web::admin::change_text(entry.message)),
      .owner = is_account ? parse_number<std::int64_t>(entry.object_id).value_or(0) : 0};
}

void AuditedJournal::add(const JournalEntry& entry) {
  journal_->add(entry);
  identity::Caller caller;
  caller.account = entry.user_id;
  caller.name = entry.user;
  if (caller.name.empty()) {
    auto accounts = wait_for(services_, [&] { return services_.identity.accounts(); });
    auto found = std::ranges::find(accounts, entry.user_id, &identity::Account::id);
    if (found != accounts.end()) caller.name = found->login;
  }
  wait_for(services_, [&] { return services_.audit.record(caller, event_of(entry)); });
}

}  // namespace tt::console
