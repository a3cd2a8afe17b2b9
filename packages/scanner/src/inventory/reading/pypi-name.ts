/** A name as PEP 503 compares names: lower case, every run of `-`, `_` and `.` one `-`. */
export function normalizedPypiName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
