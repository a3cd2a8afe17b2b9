import { describe, expect, it } from 'vitest';
import { platformOf } from './platform.ts';

describe('the platform of a process', () => {
  it('is called as images call it, not as Node does', () => {
    expect(['x64', 'arm64'].map(platformOf)).toEqual(['linux/amd64', 'linux/arm64']);
  });
});
