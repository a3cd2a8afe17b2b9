import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { goModReader } from './go-mod.ts';

const MOD = `module example.org/shop // mine

go 1.21.0

toolchain go1.22.1

require github.com/gin-gonic/gin v1.7.0

require (
	golang.org/x/net v0.1.0 // indirect
	"k8s.io/api" v0.29.0
	example.org/local v0.0.0
)

replace (
	golang.org/x/net v0.1.0 => github.com/fork/net v0.2.0
	example.org/local => ./local
)

exclude golang.org/x/text v0.3.0
`;

describe('goModReader', () => {
  it('reads requirements, with replacements and without folders', () => {
    const result = read(goModReader, 'svc/go.mod', MOD);

    expect(result.packages).toEqual([
      { type: 'golang', namespace: 'github.com/gin-gonic', name: 'gin', version: 'v1.7.0' },
      { type: 'golang', namespace: 'github.com/fork', name: 'net', version: 'v0.2.0' },
      { type: 'golang', namespace: 'k8s.io', name: 'api', version: 'v0.29.0' },
    ]);
    expect(result.gaps).toEqual([]);
  });

  it('counts instead of go.sum since Go 1.17, and beside it before', () => {
    expect(read(goModReader, 'svc/go.mod', MOD).facts[0]).toMatchObject({ supersedes: ['svc/go.sum'] });
    expect(read(goModReader, 'go.mod', MOD.replace('go 1.21.0', 'go 1.16')).facts[0]).not.toHaveProperty('supersedes');
  });

  it('counts lines that are no requirement', () => {
    expect(read(goModReader, 'go.mod', 'require x\nreplace y\n').gaps).toMatchObject([
      { message: '2 entries are not well formed' },
    ]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(goModReader, 'go.mod', [MOD])).toEqual([]);
  });
});
