#include "source/process_view.hpp"

#include <array>

namespace bulkhead::sentinel {

std::string_view ProcessView::executable_bytes() noexcept {
  if (!executable_) executable_ = read_link(proc_, ProcName(thread_, "exe").text.data(), buffer_);
  return *executable_;
}

std::u16string_view ProcessView::executable() noexcept {
  if (!text_) text_.emplace(executable_bytes());
  return text_->view();
}

const ProcessStatus& ProcessView::status() noexcept {
  if (!status_) {
    // The lines of interest are among the first ten.
    std::array<char, 2'048> text;
    // A thread that was killed while it waited has no use for its answer.
    status_ = parse_status(read_start(proc_, ProcName(thread_, "status").text.data(), text)).value_or(ProcessStatus{});
  }
  return *status_;
}

}  // namespace bulkhead::sentinel
