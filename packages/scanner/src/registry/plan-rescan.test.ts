import { describe, expect, it } from 'vitest';
import { planRescan } from './plan-rescan.ts';
import { EVERY_IMAGE } from './stored-scan.ts';

const openssl = { ecosystem: 'Debian:12', name: 'openssl' };
const update = { before: 'a', after: 'b', judgedBy: 'a', changed: [openssl], newEcosystem: false };

describe('planRescan', () => {
  it('looks up what an update changed', () => {
    expect(planRescan(update)).toEqual([openssl]);
  });

  it('looks up nothing where the images are judged by this state already', () => {
    expect(planRescan({ ...update, judgedBy: 'b' })).toEqual([]);
    expect(planRescan({ ...update, after: 'a', changed: [] })).toEqual([]);
  });

  it.each([
    ['somebody else updated the database', { judgedBy: 'older' }],
    ['the images were never judged again', { judgedBy: undefined }],
    ['a process died between an update and its rescan', { before: 'b', changed: [] }],
    ['an ecosystem has its first advisories', { newEcosystem: true }],
    ['there are more keys than it pays to look up', { changed: Array.from({ length: 20_001 }, () => openssl) }],
  ])('judges every image when %s', (_, over) => {
    expect(planRescan({ ...update, ...over })).toEqual([EVERY_IMAGE]);
  });
});
