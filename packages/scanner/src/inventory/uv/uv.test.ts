import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { uvReader } from './uv.ts';

const LOCK = `version = 1
requires-python = ">=3.12"

[[package]]
name = "shop"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "fastapi" }]

[package.optional-dependencies]
pdf = [{ name = "weasyprint" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }]

[[package]]
name = "fastapi"
version = "0.110.0"
source = { registry = "https://example.org/simple" }
dependencies = [{ name = "starlette", marker = "python_version > '3'" }]

[[package]]
name = "starlette"
version = "0.36.3"
source = { registry = "https://example.org/simple" }

[[package]]
name = "weasyprint"
version = "61.0"
source = { registry = "https://example.org/simple" }

[[package]]
name = "pytest"
version = "8.0.0"
source = { registry = "https://example.org/simple" }

[[package]]
name = "dynamic"
source = { git = "https://example.org/dynamic.git" }
`;

describe('uvReader', () => {
  it('reads packages and finds by the graph what only development needs', () => {
    const result = read(uvReader, 'uv.lock', LOCK);

    expect(result.packages).toEqual([
      { type: 'pypi', name: 'fastapi', version: '0.110.0' },
      { type: 'pypi', name: 'starlette', version: '0.36.3' },
      { type: 'pypi', name: 'weasyprint', version: '61.0' },
      { type: 'pypi', name: 'pytest', version: '8.0.0', scope: 'development' },
    ]);
    expect(result.gaps).toMatchObject([{ code: 'unresolved', message: 'no exact version for dynamic' }]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(uvReader, 'uv.lock', [LOCK])).toEqual([]);
  });
});
