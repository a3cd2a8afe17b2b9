import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { isAbsolute, join, normalize } from 'node:path';

import { findImports, type Import } from './imports.ts';
import { isPure, mayImport, PURE_BUILTINS } from './layers.ts';
import { type Project, readWorkspace, sourcesOf } from './workspace.ts';

export interface Report {
  readonly projects: number;
  readonly files: number;
  readonly imports: number;
  /** One line each: where, and what is not allowed there. */
  readonly violations: readonly string[];
}

/** Checks what every member of a workspace declares and what each of its sources really imports. */
export function checkBoundaries(root: string): Report {
  const { projects, problems } = readWorkspace(root);
  const violations = [...problems];
  const byName = new Map(projects.map((project) => [project.name, project]));
  let files = 0;
  let imports = 0;
  for (const project of projects) {
    violations.push(...checkDeclared(project, byName));
    for (const file of sourcesOf(root, project)) {
      const found = findImports(readFileSync(join(root, file), 'utf8'));
      files += 1;
      imports += found.length;
      for (const one of found) {
        const problem = checkImport(project, file, one, byName);
        if (problem !== undefined) violations.push(`${file}:${one.line}: ${problem}`);
      }
    }
  }
  return { projects: projects.length, files, imports, violations };
}

type Projects = ReadonlyMap<string, Project>;

function checkDeclared(project: Project, byName: Projects): string[] {
  const where = `${project.folder}/package.json`;
  const declared = [
    ...[...project.dependencies].map((name) => ({ name, inTest: false })),
    ...[...project.devDependencies].map((name) => ({ name, inTest: true })),
  ];
  return declared.flatMap(({ name, inTest }) => {
    if (!name.startsWith('@bulkhead/')) return [];
    const problem = checkMember(project, name, inTest, byName);
    return problem === undefined ? [] : [`${where}: ${problem}`];
  });
}

function checkMember(project: Project, name: string, inTest: boolean, byName: Projects): string | undefined {
  const target = byName.get(name);
  if (target === undefined) return `${name} is not in the workspace`;
  if (mayImport(project, target, inTest)) return undefined;
  return `${project.layer} ${project.name} must not depend on ${target.layer} ${name}`;
}

function checkImport(project: Project, file: string, one: Import, byName: Projects): string | undefined {
  const { specifier } = one;
  const inTest = isTest(file);
  if (specifier.startsWith('.')) return checkRelative(project, file, specifier);
  if (isAbsolute(specifier) || specifier.startsWith('file:')) return `"${specifier}" is a place on one machine`;
  if (isBuiltin(specifier)) return inTest ? undefined : checkBuiltin(project, specifier);
  if (specifier.startsWith('#')) return undefined;

  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const declared = project.dependencies.has(name) || (inTest && project.devDependencies.has(name));
  if (name.startsWith('@bulkhead/')) {
    if (name === project.name) return `"${specifier}" is the package itself; use a relative import`;
    const problem = checkMember(project, name, inTest, byName);
    if (problem !== undefined) return problem;
    if (byName.get(name)?.exports.has(`.${specifier.slice(name.length)}`) !== true) {
      return `"${specifier}" is not among the exports of ${name}`;
    }
    if (project.layer === 'console' && !one.typeOnly)
      return `console ${project.name} must import only types of ${name}`;
  }
  return declared ? undefined : `${name} is not among the dependencies of ${project.name}`;
}

function checkRelative(project: Project, file: string, specifier: string): string | undefined {
  const target = normalize(join(file, '..', specifier));
  return target.startsWith(`${project.folder}/`) ? undefined : `"${specifier}" leaves ${project.name}`;
}

function checkBuiltin(project: Project, specifier: string): string | undefined {
  const name = specifier.replace(/^node:/, '').split('/', 1)[0] ?? '';
  if (!isPure(project.layer) || PURE_BUILTINS.has(name)) return undefined;
  return `${project.layer} ${project.name} does no I/O and must not import ${specifier}`;
}

function isTest(file: string): boolean {
  return /\.test\.[a-z]+$|\/test(-support)?\/|\/vitest\.[a-z.]+$/.test(file);
}
