import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { goldenSeeds } from './golden-seeds.ts';

const GOLDEN = `# A protocol

## Two turns and a gap

\`\`\`request
GET\\r\\n
{gzip a card}
\`\`\`
\`\`\`request gap 3
\`\`\`
\`\`\`response
+OK
\`\`\`

\`\`\`events
request end
\`\`\`

## A datagram

\`\`\`datagram request
x
\`\`\`
`;

it('a session becomes one input, with marks where the direction changes and bytes are missing', () => {
  expect(goldenSeeds(GOLDEN)).toEqual([
    Buffer.concat([
      Buffer.alloc(4),
      Buffer.from('GET\r\n'),
      gzipSync('a card'),
      Buffer.of(0xff, 0xfd, 2, 0xff, 0xfe),
      Buffer.from('+OK'),
    ]),
  ]);
});
