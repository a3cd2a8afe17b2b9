#include "source/process_view.hpp"

#include <array>
#include <utility>

namespace bulkhead::sentinel {

void ProcessView::look_at_program() noexcept {
  if (text_) return;
  const ProcName exe(thread_, "exe");
  link_ = read_link(proc_, exe.text.data(), link_buffer_);
  if (auto name = names_.name_of_link(exe.text.data(), link_)) name_ = std::move(name->path);
  text_.emplace(name_ ? std::string_view(*name_) : std::string_view());
}

std::u16string_view ProcessView::executable() noexcept {
  look_at_program();
  return text_->view();
}

std::string_view ProcessView::told_executable() noexcept {
  look_at_program();
  return name_ ? std::string_view(*name_) : link_;
}

const ProcessStatus& ProcessView::status() noexcept {
  if (!status_) {
    std::array<char, kMaxStatusText> text;
    // A thread that was killed while it waited has no use for its answer.
    status_ = parse_status(read_start(proc_, ProcName(thread_, "status").text.data(), text)).value_or(ProcessStatus{});
  }
  return *status_;
}

}  // namespace bulkhead::sentinel
