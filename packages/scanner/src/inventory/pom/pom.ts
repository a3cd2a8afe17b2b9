import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { textOf } from '../reading/text.ts';
import { childOf, parseXml, textOfChild, type XmlElement } from '../reading/xml.ts';
import { PropertyValues } from './property-values.ts';

const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Maven's pom.xml (maven.apache.org, POM reference) as far as one file goes: properties, and versions from its own
 * `dependencyManagement`. What a parent or a bill of materials elsewhere decides is said to be unresolved.
 */
export const pomReader = wholeFileReader({
  id: 'pom',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)pom\.xml$/.test(path) && !path.includes('META-INF/'),
  read(content, found) {
    const project = parseXml(textOf(content));
    if (project?.name !== 'project') {
      found.gap('corrupt', 'it is no well-formed XML of a Maven project');
      return;
    }
    const values = new PropertyValues(propertiesOf(project));
    const managed = new Map<string, string>();
    for (const dependency of dependenciesOf(childOf(project, 'dependencyManagement'))) {
      const version = values.resolve(textOfChild(dependency, 'version'));
      if (version !== undefined) managed.set(keyOf(dependency, values), version);
    }
    for (const dependency of dependenciesOf(project)) addDependency(dependency, values, managed, found);
  },
});

function addDependency(
  dependency: XmlElement,
  values: PropertyValues,
  managed: ReadonlyMap<string, string>,
  found: Collector,
): void {
  const group = values.resolve(textOfChild(dependency, 'groupId'));
  const artifact = values.resolve(textOfChild(dependency, 'artifactId'));
  if (group === undefined || artifact === undefined) {
    found.malformed();
    return;
  }
  const written = textOfChild(dependency, 'version');
  const version = written === undefined ? managed.get(`${group}:${artifact}`) : values.resolve(written);
  // `[1.0,2.0)` and `LATEST` are decided when it is built.
  if (version === undefined || !/^\d|^[A-Za-z]+[-.\d]/.test(version)) {
    found.unresolved(`${group}:${artifact}`);
    return;
  }
  const scope = textOfChild(dependency, 'scope');
  const isOptional = scope === 'provided' || textOfChild(dependency, 'optional') === 'true';
  found.add({
    type: 'maven',
    namespace: group,
    name: artifact,
    version,
    ...(scope === 'test' ? { scope: 'development' } : isOptional && { scope: 'optional' }),
  });
}

function dependenciesOf(element: XmlElement | undefined): readonly XmlElement[] {
  return childOf(element, 'dependencies')?.children.filter(({ name }) => name === 'dependency') ?? [];
}

function keyOf(dependency: XmlElement, values: PropertyValues): string {
  const [group, artifact] = ['groupId', 'artifactId'].map((name) => values.resolve(textOfChild(dependency, name)));
  return `${group}:${artifact}`;
}

/** What `${…}` may name: the project's own coordinates and its properties. */
function propertiesOf(project: XmlElement): ReadonlyMap<string, string> {
  const parent = childOf(project, 'parent');
  const values = new Map<string, string>();
  for (const field of ['groupId', 'version']) {
    const value = textOfChild(project, field) ?? textOfChild(parent, field);
    if (value === undefined) continue;
    for (const prefix of ['project.', 'pom.', '']) values.set(prefix + field, value);
  }
  const parentVersion = textOfChild(parent, 'version');
  if (parentVersion !== undefined) values.set('project.parent.version', parentVersion);
  for (const { name, text } of childOf(project, 'properties')?.children ?? []) values.set(name, text);
  return values;
}
