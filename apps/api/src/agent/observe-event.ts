import { observeFiles, observeFlows, observePrograms, type SequencedEvent } from '@bulkhead/control-plane';
import type { AddressBook } from './address-book.ts';
import { containerEnd, type FlowOrigin, flowEnds } from './flow-ends.ts';
import type { ServiceBook } from './service-book.ts';

/** What an event says of flows, programs or files, if anything, with the names of who is there. */
export function observeEvent(
  document: unknown,
  receivedAt: string,
  book: AddressBook,
  services: ServiceBook,
  origin: FlowOrigin,
): Pick<SequencedEvent, 'flows' | 'programs' | 'files'> {
  const endOf = containerEnd(book, origin);
  const flows = observeFlows(document, receivedAt, flowEnds(book, services, origin));
  const programs = observePrograms(document, receivedAt, endOf);
  const files = observeFiles(document, receivedAt, endOf);
  return {
    ...(flows !== undefined && { flows }),
    ...(programs !== undefined && { programs }),
    ...(files !== undefined && { files }),
  };
}
