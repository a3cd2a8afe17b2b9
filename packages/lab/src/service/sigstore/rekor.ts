import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { canonical } from './canonical.ts';

/** An entry as a log like Rekor's first answers for it. */
export interface LogEntry {
  readonly body: Buffer;
  readonly integratedTime: number;
  readonly logIndex: number;
  /** Its promise to have the entry from that time on (SET). */
  readonly promise: string;
  readonly proof: {
    readonly logIndex: number;
    readonly rootHash: Buffer;
    readonly treeSize: number;
    readonly hashes: readonly Buffer[];
    readonly checkpoint: string;
  };
}

/** A log like Rekor's first, of one entry at a time. */
export interface PromiseLog {
  /** SPKI, DER. */
  readonly key: Buffer;
  readonly id: Buffer;
  enter(body: object, integratedTime: number): LogEntry;
}

const NAME = 'rekor.lab';
const LEAF = 0;
const LOG_INDEX = 7;

export function promiseLog(): PromiseLog {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key = pair.publicKey.export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(key).digest();
  const signed = (content: string): Buffer => sign('sha256', Buffer.from(content), pair.privateKey);
  return {
    key,
    id,
    enter(document, integratedTime) {
      const body = Buffer.from(canonical(document));
      const promised = {
        body: body.toString('base64'),
        integratedTime,
        logIndex: LOG_INDEX,
        logID: id.toString('hex'),
      };
      // A tree of one leaf: its hash is the root.
      const rootHash = createHash('sha256').update(Buffer.of(LEAF)).update(body).digest();
      const note = `${NAME} - 1\n1\n${rootHash.toString('base64')}\n`;
      const signature = Buffer.concat([id.subarray(0, 4), signed(note)]).toString('base64');
      return {
        body,
        integratedTime,
        logIndex: LOG_INDEX,
        promise: signed(canonical(promised)).toString('base64'),
        proof: {
          logIndex: 0,
          rootHash,
          treeSize: 1,
          hashes: [],
          checkpoint: `${note}\n\u2014 ${NAME} ${signature}\n`,
        },
      };
    },
  };
}
