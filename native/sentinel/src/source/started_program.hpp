#pragma once

#include "reading/program_kind.hpp"
#include "rule/judge.hpp"
#include "source/file_names.hpp"
#include "source/image_layers.hpp"
#include "source/proc_files.hpp"

namespace bulkhead::sentinel {

/// A program that asks whether it is of the image only when a rule wants to know.
class StartedProgram final : public Program {
 public:
  StartedProgram(const ImageLayers& layers, const FileName* name, const FileIdentity& identity) noexcept
      : layers_(layers), name_(name), identity_(identity) {}

  [[nodiscard]] bool from_image() noexcept override;

 private:
  const ImageLayers& layers_;
  const FileName* name_;
  const FileIdentity& identity_;
};

/// What the kernel makes of an open file as a program.
[[nodiscard]] ProgramKind kind_of(int file) noexcept;

}  // namespace bulkhead::sentinel
