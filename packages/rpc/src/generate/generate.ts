import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../../../..');
const OPTIONS = [
  'env=node',
  'esModuleInterop=true',
  'importSuffix=.ts',
  // A message's alternatives as a union that a switch can exhaust.
  'oneof=unions-value',
  'outputServices=none',
  'outputJsonMethods=false',
  'outputPartialMethods=false',
  'exportCommonSymbols=false',
  'annotateFilesWithVersion=false',
];

/** Generates the TypeScript of `proto/` into a folder. Needs Debian's protobuf-compiler. */
export async function generateInto(folder: string): Promise<void> {
  const plugin = join(ROOT, 'node_modules/.bin/protoc-gen-ts_proto');
  await promisify(execFile)('protoc', [
    `--plugin=protoc-gen-ts_proto=${plugin}`,
    `--ts_proto_out=${folder}`,
    `--ts_proto_opt=${OPTIONS.join(',')}`,
    `--proto_path=${join(ROOT, 'proto')}`,
    'agent/v1/agent.proto',
  ]);
}

if (import.meta.main) await generateInto(join(import.meta.dirname, '../gen'));
