#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/shared_total.hpp"

namespace bulkhead::sentinel {

/// By what names the files that one container writes are counted: by their own, or by that of a folder in which so many were
/// written that no single name says anything, as where each request has a file of its own. What was summed once stays so.
class WrittenNames {
 public:
  /// Names right in a folder, files and folders.
  static constexpr std::size_t kMostInFolder = 32;
  /// Names below a folder, at any depth.
  static constexpr std::size_t kMostBelow = 128;
  /// Names in the root, which is never summed: it would be all there is. With the bound before it that of a container.
  static constexpr std::size_t kMostInRoot = 32;
  /// Names of all containers together, each of which takes some hundred bytes.
  static constexpr std::size_t kMostOfAll = 65'536;

  /// The beginning of a path.
  struct Name {
    std::size_t length;
    bool is_folder;
  };

  /// `of_all` is of the names that all have, and outlives them.
  explicit WrittenNames(SharedTotal& of_all) noexcept : of_all_(of_all) {}
  ~WrittenNames() { of_all_.give_back(root_.below); }
  WrittenNames(const WrittenNames&) = delete;
  WrittenNames& operator=(const WrittenNames&) = delete;

  /// Of an absolute path. Nothing where there is no room for it.
  [[nodiscard]] std::optional<Name> name_of(std::string_view path) noexcept;

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> names;
    std::size_t below = 0;  ///< names, at any depth
    bool is_summed = false;
  };
  struct Step {
    Node* node;
    std::size_t length;  ///< of the path up to it
  };

  /// Where there is no room for so many names: the folder on the way that they would have had summed, which takes none.
  [[nodiscard]] std::optional<Name> sum_instead(const std::vector<Step>& way, std::size_t more, bool nameless) noexcept;
  /// Forgets the names below a folder on the way: from now on it stands for them.
  void sum(const std::vector<Step>& way, std::size_t at) noexcept;

  SharedTotal& of_all_;
  Node root_;
};

}  // namespace bulkhead::sentinel
