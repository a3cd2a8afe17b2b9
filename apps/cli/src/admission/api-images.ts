import { printable } from '@bulkhead/core';
import { type ImageKnowledge, ImageMemory, ImagePortion, MAX_CHANGES, takeChange } from '@bulkhead/policy';
import { type ApiPlace, readAnswer, refusalOf, requestApi } from '../api/request-api.ts';
import { CliError } from '../error.ts';
import type { Io } from '../io.ts';

const FAILURE = 'cannot read what is known of images';
/** As many as there may be images, each a portion by itself. */
const MAX_PORTIONS = 20_000;

/** What an api knows of images: scans, signatures and layers, all of it, as webhooks follow it. Throws where the api gives none. */
export async function readApiImages(place: ApiPlace, io: Io): Promise<ImageKnowledge> {
  const memory = new ImageMemory();
  let after: string | undefined;
  for (let portions = 0; portions < MAX_PORTIONS; portions += 1) {
    const query = new URLSearchParams({ limit: String(MAX_CHANGES), ...(after !== undefined && { after }) });
    const path = `/api/v1/images/changes?${query.toString()}`;
    const answer = await requestApi(place, { method: 'GET', path, failure: FAILURE, signal: io.signal });
    if (answer.status !== 200) throw refused(refusalOf(answer, place.api, FAILURE));
    const { reset, changes, next, more } = readAnswer(ImagePortion, answer, place.api, FAILURE);
    // Its store is another one now: what came before is not of it.
    if (reset) memory.retain(new Set());
    for (const change of changes) {
      takeChange(memory, change, (digest, why) => {
        io.stderr.write(`${printable(`what the api knows of ${digest} is passed over: ${why}`)}\n`);
      });
    }
    if (!more) return memory;
    after = next;
  }
  throw refused(['it has more images than a review can go by']);
}

function refused(lines: readonly string[]): CliError {
  const fix = 'give a token of the role ci, auditor, operator or admin';
  return new CliError('NOT_APPLIED', { what: FAILURE, why: printable(lines.join('; ')), fix });
}
