import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

import { LAYERS_BY_FOLDER, type Layer, type Member } from './layers.ts';

export interface Project extends Member {
  /** Relative to the root of the workspace, such as `packages/core`. */
  readonly folder: string;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  /** The subpaths that others may import: '.' and what follows the name in `exports`. */
  readonly exports: ReadonlySet<string>;
}

interface Manifest {
  readonly name?: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly exports?: Record<string, unknown> | string;
  readonly nx?: { readonly tags?: readonly string[] };
}

export interface Workspace {
  readonly projects: readonly Project[];
  readonly problems: readonly string[];
}

/** Reads the members of the workspace, with what is wrong about any of them as a member. */
export function readWorkspace(root: string): Workspace {
  const { workspaces } = readJson(join(root, 'package.json')) as { workspaces: readonly string[] };
  const folders = workspaces
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .toSorted();
  const projects: Project[] = [];
  const problems: string[] = [];
  for (const folder of folders) {
    const manifest = readJson(join(root, folder, 'package.json')) as Manifest;
    const layer = layerOf(folder, manifest);
    if (layer === undefined) {
      problems.push(`${folder}/package.json: nx.tags must hold one layer that belongs in ${dirname(folder)}/`);
    } else if (manifest.name !== `@bulkhead/${basename(folder)}`) {
      problems.push(`${folder}/package.json: the name must be @bulkhead/${basename(folder)}`);
    } else {
      projects.push(toProject(folder, layer, manifest.name, manifest));
    }
  }
  return { projects, problems };
}

function toProject(folder: string, layer: Layer, name: string, manifest: Manifest): Project {
  return {
    folder,
    name,
    layer,
    dependencies: new Set(Object.keys(manifest.dependencies ?? {})),
    devDependencies: new Set(Object.keys(manifest.devDependencies ?? {})),
    exports: new Set(typeof manifest.exports === 'string' ? ['.'] : Object.keys(manifest.exports ?? {})),
  };
}

function layerOf(folder: string, manifest: Manifest): Layer | undefined {
  const tags = (manifest.nx?.tags ?? []).filter((tag) => tag.startsWith('layer:'));
  if (tags.length !== 1) return undefined;
  return LAYERS_BY_FOLDER[dirname(folder)]?.find((layer) => tags[0] === `layer:${layer}`);
}

/** The sources of a project, relative to the root. */
export function sourcesOf(root: string, project: Project): string[] {
  return globSync('**/*.{ts,tsx,mts,js,mjs,cjs}', {
    cwd: join(root, project.folder),
    exclude: (name) => ['node_modules', 'build'].includes(basename(name)),
  })
    .map((file) => relative(root, join(root, project.folder, file)))
    .toSorted();
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
