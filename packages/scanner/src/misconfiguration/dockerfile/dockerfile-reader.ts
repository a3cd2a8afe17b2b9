import { textOf } from '../../inventory/reading/text.ts';
import type { WholeFileReader } from '../../reader/reader.ts';
import { misconfigurationReader } from '../misconfiguration-reader.ts';
import type { CheckedRule } from '../rule.ts';
import { BUILD_RULES } from './build-rules.ts';
import { type Dockerfile, parseDockerfile } from './dockerfile.ts';
import { IMAGE_RULES } from './image-rules.ts';

export const DOCKERFILE_RULES: readonly CheckedRule<Dockerfile>[] = [...IMAGE_RULES, ...BUILD_RULES];

/** Written by hand: the longest have some ten kilobytes. */
const MAX_BYTES = 1024 * 1024;
const NAME = /^(?:(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?|[\w.-]+\.(?:Dockerfile|Containerfile))$/i;

/** Dockerfiles and Containerfiles, by their names. */
export const dockerfileReader: WholeFileReader = misconfigurationReader({
  id: 'dockerfile',
  version: 2,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => {
    const name = path.split('/').at(-1) ?? '';
    return NAME.test(name) && !name.endsWith('.dockerignore');
  },
  *read(content, gap) {
    const file = parseDockerfile(textOf(content));
    if (file === undefined) return;
    if (file.limit !== undefined) gap('limit', file.limit);
    for (const rule of DOCKERFILE_RULES) for (const problem of rule.check(file)) yield { rule, problem };
  },
});
