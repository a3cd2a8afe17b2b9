import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInstructions } from '../../dockerfile/instructions.ts';
import { finalStage } from './dockerfile.ts';
import { layerLines } from './layer-lines.ts';

describe('layerLines', () => {
  it('finds what BuildKit made, below it the base image', () => {
    const text = [
      'FROM golang:1 AS build',
      'RUN go build ./...',
      'FROM debian:12',
      'ARG VERSION=1',
      'RUN apt-get update && \\',
      '    # a comment in between',
      '    apt-get install -y curl',
      'ENV A=b',
      'WORKDIR /srv',
      'COPY --from=build --chown=1:1 /out/app /srv/app',
      'RUN ["/srv/app", "--init"]',
      '',
    ].join('\n');

    expect(
      lines(text, [
        '/bin/sh -c #(nop) ADD file:0123 in / ',
        'RUN |1 VERSION=1 /bin/sh -c apt-get update &&     apt-get install -y curl # buildkit',
        'WORKDIR /srv',
        'COPY --chown=1:1 /out/app /srv/app # buildkit',
        'RUN /srv/app --init # buildkit',
      ]),
    ).toEqual([3, 5, 9, 10, 11]);
  });

  it('finds what the classic builder made, by the target of a COPY', () => {
    expect(
      lines('FROM alpine\nRUN apk add curl\nCOPY . /app/\nADD x.tar /\n', [
        '/bin/sh -c #(nop) ADD file:0123 in / ',
        '/bin/sh -c apk add curl',
        '/bin/sh -c #(nop) COPY dir:4567 in /app/ ',
        '/bin/sh -c #(nop) ADD file:89ab in / ',
      ]),
    ).toEqual([1, 2, 3, 4]);
  });

  it('follows a stage that builds on another', () => {
    expect(lines('FROM a AS base\nRUN one\nFROM base\nRUN two\n', ['x', '/bin/sh -c one', '/bin/sh -c two'])).toEqual([
      1, 2, 4,
    ]);
  });

  it('takes a here-document by its instruction, and goes on behind it', () => {
    expect(
      lines('FROM a\nRUN <<EOF\nRUN no instruction\nEOF\nRUN two\n', [
        'x',
        'RUN /bin/sh -c <<EOF (one...) # buildkit',
        'RUN /bin/sh -c two',
      ]),
    ).toEqual([1, 2, 5]);
  });

  it('says nothing about an image that was not built from the file', () => {
    expect(lines('FROM a\nRUN one\n', ['x', '/bin/sh -c two'])).toEqual([undefined, undefined]);
  });

  it('takes any text for a Dockerfile and any history for an image, in order', () => {
    const word = fc.constantFrom(
      'FROM',
      'RUN',
      'COPY',
      'a',
      '\\',
      '\n',
      ' ',
      '<<E',
      '#',
      '/bin/sh -c ',
      '--x=y',
      '["a"]',
      '|1',
    );
    const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 10 }), (dockerfile, history) => {
        const found = lines(dockerfile, history).filter((line) => line !== undefined);
        const last = dockerfile.split('\n').length;
        for (const line of found) expect(line >= 1 && line <= last).toBe(true);
      }),
    );
  });
});

describe('finalStage', () => {
  it('ends where stages name themselves and each other', () => {
    const { instructions } = readInstructions('FROM a AS a\nFROM a AS b\nFROM b AS b\n');

    expect(finalStage(instructions).map(({ line }) => line)).toEqual([1, 2, 3]);
  });
});

function lines(text: string, history: readonly string[]): (number | undefined)[] {
  const layers = history.map((createdBy, index) => ({ diffId: String(index), digest: '', mediaType: '', createdBy }));
  const found = layerLines(layers, { path: 'Dockerfile', text });
  return layers.map(({ diffId }) => found.get(diffId));
}
