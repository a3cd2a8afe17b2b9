import { printable } from '@bulkhead/core';
import { MAX_TEXT } from './limits.ts';

/** A line for people that is no longer than the wire allows, without control characters. */
export function line(text: string): string {
  return printable(text, MAX_TEXT);
}

/** The message of anything thrown, as such a line. */
export function lineOf(error: unknown): string {
  return line(error instanceof Error ? error.message : String(error));
}
