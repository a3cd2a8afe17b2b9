import type { PolicySnapshot } from '@bulkhead/policy';

/** Nodes with the same peers have the same snapshot; of others there may be as many as nodes. */
const MAX_TEXTS = 16;

/** Snapshots as text, while somebody may still be sent them. */
export class SnapshotTexts {
  readonly #byVersion = new Map<string, string>();

  of(snapshot: PolicySnapshot): string {
    const known = this.#byVersion.get(snapshot.version);
    if (known !== undefined) return known;
    const text = JSON.stringify(snapshot);
    if (this.#byVersion.size > MAX_TEXTS) this.#byVersion.clear();
    this.#byVersion.set(snapshot.version, text);
    return text;
  }

  clear(): void {
    this.#byVersion.clear();
  }
}
