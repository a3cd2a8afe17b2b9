import { describe, expect, it } from 'vitest';
import { PeerNames } from './peer-names.ts';

const HOUR = 60 * 60 * 1_000;
const MAX_ADDRESSES = 4_096;

describe('PeerNames', () => {
  it('knows an address by the name that led to it last, for an hour', () => {
    const names = new PeerNames();
    names.learn({ name: 'old.example', addresses: ['10.0.0.1'] }, 0);
    names.learn({ name: 'api.example', addresses: ['10.0.0.1', 'fd00::1'] }, 1);

    expect(names.nameOf('10.0.0.1', HOUR)).toBe('api.example');
    expect(names.nameOf('fd00::1', HOUR)).toBe('api.example');
    expect(names.nameOf('10.0.0.1', HOUR + 1)).toBeUndefined();
    expect(names.nameOf('10.0.0.2', 1)).toBeUndefined();
  });

  it('takes no name that no host can have', () => {
    const names = new PeerNames();
    for (const name of ['', 'a b.example', 'a\n.example', '"', '-.', 'a'.repeat(254), '{}.example']) {
      names.learn({ name, addresses: ['10.0.0.1'] }, 0);
    }
    expect(names.nameOf('10.0.0.1', 0)).toBeUndefined();
  });

  it('forgets what was told longest ago when there are too many', () => {
    const names = new PeerNames();
    for (let index = 0; index <= MAX_ADDRESSES; index += 1) {
      names.learn({ name: 'many.example', addresses: [`10.1.${index >> 8}.${index & 255}`] }, 0);
    }
    expect(names.nameOf('10.1.0.0', 0)).toBeUndefined();
    expect(names.nameOf('10.1.0.1', 0)).toBe('many.example');
    expect(names.nameOf('10.1.16.0', 0)).toBe('many.example');
  });
});
