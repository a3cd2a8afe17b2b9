#include "rules_reader.hpp"

#include <string>
#include <utility>
#include <vector>

namespace bulkhead::sentinel::binding {
namespace {

std::string text_of(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

bool flag_of(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  return value.IsBoolean() && value.As<Napi::Boolean>().Value();
}

bool denies(const Napi::Object& rule) { return text_of(rule, "action") != "allow"; }

/// Calls `each` with every element; not at all where there is no list.
template <typename Each>
void each_of(const Napi::Object& object, const char* key, Each each) {
  const Napi::Value value = object.Get(key);
  if (!value.IsArray()) return;
  const auto list = value.As<Napi::Array>();
  for (std::uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::HandleScope scope(object.Env());
    each(list.Get(i));
  }
}

std::vector<Glob> globs_of(const Napi::Object& rule, const char* key) {
  std::vector<Glob> globs;
  each_of(rule, key, [&](const Napi::Value& glob) { globs.emplace_back(glob.As<Napi::String>().Utf16Value()); });
  return globs;
}

ProcessRule process_rule(const Napi::Object& given) {
  ProcessRule rule{.name = text_of(given, "name"),
                   .denies = denies(given),
                   .executables = globs_of(given, "executables"),
                   .parents = globs_of(given, "parents"),
                   .users = {}};
  each_of(given, "users",
          [&](const Napi::Value& user) { rule.users.push_back(user.As<Napi::Number>().Uint32Value()); });
  return rule;
}

FileRule file_rule(const Napi::Object& given) {
  FileRule rule{.name = text_of(given, "name"),
                .denies = denies(given),
                .access = 0,
                .paths = globs_of(given, "paths"),
                .executables = globs_of(given, "executables")};
  each_of(given, "access", [&](const Napi::Value& access) {
    const std::string name = access.As<Napi::String>();
    if (name == "read") rule.access |= kRead;
    if (name == "write") rule.access |= kWrite;
    if (name == "execute") rule.access |= kExecute;
  });
  return rule;
}

}  // namespace

std::shared_ptr<const ContainerRules> read_rules(const Napi::Object& given) {
  auto rules = std::make_shared<ContainerRules>();
  each_of(given, "process", [&](const Napi::Value& value) {
    const auto set = value.As<Napi::Object>();
    rules->process.push_back({.policy = text_of(set, "policy"),
                              .enforced = flag_of(set, "enforced"),
                              .only_from_image = flag_of(set, "onlyFromImage"),
                              .rules = {}});
    each_of(set, "rules", [&](const Napi::Value& rule) {
      rules->process.back().rules.push_back(process_rule(rule.As<Napi::Object>()));
    });
  });
  each_of(given, "file", [&](const Napi::Value& value) {
    const auto set = value.As<Napi::Object>();
    rules->file.push_back({.policy = text_of(set, "policy"), .enforced = flag_of(set, "enforced"), .rules = {}});
    each_of(set, "rules", [&](const Napi::Value& rule) {
      rules->file.back().rules.push_back(file_rule(rule.As<Napi::Object>()));
    });
  });
  const Napi::Value learn = given.Get("learn");
  const auto learns = [&learn](const char* key) { return learn.IsObject() && flag_of(learn.As<Napi::Object>(), key); };
  rules->learn_programs = learns("programs");
  rules->learn_files = learns("files");
  return rules;
}

}  // namespace bulkhead::sentinel::binding
