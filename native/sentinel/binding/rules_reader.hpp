#pragma once

#include <napi.h>

#include <memory>

#include "rule/rules.hpp"

namespace bulkhead::sentinel::binding {

/// The rules of a container (js/rules.ts), whose types and bounds the TypeScript side has checked.
[[nodiscard]] std::shared_ptr<const ContainerRules> read_rules(const Napi::Object& given);

}  // namespace bulkhead::sentinel::binding
