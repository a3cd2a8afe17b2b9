#pragma once

#include "protocol/scripted.hpp"

namespace bulkhead {

/// Walks one message in protobuf wire format (protobuf.dev, "Encoding") without its schema: strings and bytes are values
/// whose key is the path of field numbers (`2.1`). What is a message inside is told from its first two bytes: a tag, and
/// the start of what it announces. Numbers of at least nine digits are written out. What is no protobuf, or nested too
/// deep, is content as it stands.
Script walk_protobuf(Input& in);

}  // namespace bulkhead
