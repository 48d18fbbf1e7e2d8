#pragma once

// Extensions: what modules above this one keep for an application (REST its settings, links and
// counters), one object a type, made when it is first asked for.

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <typeindex>

namespace tt::web {

class Extensions {
 public:
  // The application's T; made from `arguments` if there is none yet.  From any thread.
  template <class T, class... Arguments>
  T& of(const Arguments&... arguments) {
    const std::type_index key(typeid(T));
    {
      std::shared_lock lock(mutex_);
      if (auto found = made_.find(key); found != made_.end()) {
        return *static_cast<T*>(found->second.get());
      }
    }
    std::unique_lock lock(mutex_);
    std::shared_ptr<void>& place = made_[key];
    if (!place) place = std::make_shared<T>(arguments...);
    return *static_cast<T*>(place.get());
  }

 private:
  std::shared_mutex mutex_;
  std::map<std::type_index, std::shared_ptr<void>> made_;
};

}  // namespace tt::web
