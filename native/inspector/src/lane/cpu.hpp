#pragma once

namespace bulkhead::lane {

/// AVX2 with BMI and BMI2.
bool cpu_has_avx2() noexcept;
/// AVX-512 as far as the lanes use it: F, BW, DQ, VL, VBMI and VBMI2, and GFNI. Ice Lake and Zen 4 are the first to have all.
bool cpu_has_avx512() noexcept;

}  // namespace bulkhead::lane
