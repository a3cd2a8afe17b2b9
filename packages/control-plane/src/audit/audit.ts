import { createHash } from 'node:crypto';
import type { Page, PageRequest } from '../page.ts';

/** Who did what to which thing, and how it ended. Never a secret. */
export interface AuditRecord {
  readonly at: string;
  /** Name of an account or a token, as `account:ada`. */
  readonly actor: string;
  /** Where from. */
  readonly address: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditEntry extends AuditRecord {
  readonly id: number;
  /** Of this entry and, through it, of all before. */
  readonly hash: string;
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
}

/** The first entry has nobody before it. */
export const AUDIT_START = '0'.repeat(64);

/** The hash of an entry that follows the one with the hash `previous`. */
export function auditHash(previous: string, id: number, record: AuditRecord): string {
  const { at, actor, address, action, target, outcome, detail } = record;
  const text = JSON.stringify([id, at, actor, address, action, target, outcome, JSON.stringify(detail)]);
  return createHash('sha256').update(previous).update('\n').update(text).digest('hex');
}

/** How far the log is whole. `brokenAt` is the entry that was changed, or before which one is missing. */
export interface AuditCheck {
  readonly entries: number;
  /** Kept elsewhere, it shows later whether the log still begins as it did. */
  readonly head: string;
  readonly brokenAt?: number;
}

/** The log of who did what. Entries are only ever added. */
export interface AuditLog {
  append(record: AuditRecord): Promise<AuditEntry>;
  /** The latest first. */
  list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>>;
  /** Reads the whole log and recomputes its chain. */
  check(): Promise<AuditCheck>;
}
