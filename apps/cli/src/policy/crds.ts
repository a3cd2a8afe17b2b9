import { customResourceDefinitions } from '@bulkhead/kube';
import { stringify } from 'yaml';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

/** Prints the definitions of the custom resources, for `kubectl apply`. */
export async function crds(io: Io): Promise<number> {
  // Anchors are read by every YAML parser, but by few people.
  const texts = customResourceDefinitions().map((one) =>
    // As kubectl reads it, which is YAML 1.1.
    stringify(one, { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' }),
  );
  await writeAll(io.stdout, [texts.join('---\n')]);
  return EXIT_OK;
}
