/** SQLite's variable-length integer: seven bits a byte, the most significant first, eight bits in the ninth. */
export function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 9; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    // Beyond 53 bits the value is no longer exact, but then it is also beyond every bound.
    value = index === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f);
    if (byte < 0x80 || index === 8) return { value, end: start + index + 1 };
  }
  return undefined;
}
