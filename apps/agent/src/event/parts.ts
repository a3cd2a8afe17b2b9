/** Of an event: small enough for what one to the control plane may have (64 KiB), with all else that it says. */
const MAX_PART_BYTES = 40 << 10;

/** What is told, shared out among as many events as it takes; one at least. */
export function partsOf<Item>(items: readonly Item[], most: number): readonly (readonly Item[])[] {
  let part: Item[] = [];
  let bytes = 0;
  const parts = [part];
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (part.length === most || (part.length > 0 && bytes + size > MAX_PART_BYTES)) {
      [part, bytes] = [[], 0];
      parts.push(part);
    }
    part.push(item);
    bytes += size;
  }
  return parts;
}
