import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { goSumReader } from './go-sum.ts';

const SUM = `github.com/pkg/errors v0.9.1 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=
github.com/pkg/errors v0.9.1/go.mod h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0=
golang.org/x/text v0.3.0/go.mod h1:NqM8EUOU14njkJ3fqMW+pc6Ldnwhi/IjpwHt7yyuwOQ=
`;

describe('goSumReader', () => {
  it('reads modules that were used and not those that were only looked at', () => {
    expect(read(goSumReader, 'go.sum', SUM)).toMatchObject({ names: ['github.com/pkg/errors v0.9.1'], gaps: [] });
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(goSumReader, 'go.sum', [SUM])).toEqual([]);
  });
});
