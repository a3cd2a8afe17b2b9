import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { unescapeBytes } from './corpus.ts';

/** What the targets that play a session read: a seed for the cuts, then bytes, with marks between the directions. */
const SEED = Buffer.alloc(4);
const TURN = Buffer.of(0xff, 0xfe);
const GAP = Buffer.of(0xff, 0xfd);

const COMPRESS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gzipSync,
  zlib: deflateSync,
  deflate: deflateRawSync,
};

/** The sessions of a golden file of protocols, one input each. Cases with datagrams have none. */
export function goldenSeeds(markdown: string): readonly Buffer[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .flatMap((text) => session(text) ?? []);
}

function session(text: string): Buffer | undefined {
  const parts: Buffer[] = [SEED];
  let direction = 'request';
  for (const { groups = {} } of text.matchAll(/^```(?<mark>.*)\n(?<body>[\s\S]*?)^```/gm)) {
    const [first = '', second, missing] = (groups['mark'] ?? '').split(' ');
    if (first === 'datagram') return undefined;
    if (first === 'events' || second === 'end') continue;
    if (first !== direction) parts.push(TURN);
    direction = first;
    if (second === 'gap') parts.push(GAP, Buffer.of(Math.min(255, Math.max(0, Number(missing) - 1))));
    else parts.push(bytesOf((groups['body'] ?? '').replaceAll('\n', '')));
  }
  return Buffer.concat(parts);
}

function bytesOf(body: string): Buffer {
  const pieces = body.split(/(\{(?:gzip|zlib|deflate) [^}]*\})/);
  return Buffer.concat(
    pieces.map((piece) => {
      const { groups } = /^\{(?<how>\w+) (?<plain>.*)\}$/.exec(piece) ?? {};
      const compress = COMPRESS[groups?.['how'] ?? ''];
      return compress === undefined ? unescapeBytes(piece) : compress(unescapeBytes(groups?.['plain'] ?? ''));
    }),
  );
}
