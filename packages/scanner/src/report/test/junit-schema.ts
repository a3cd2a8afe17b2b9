import { parseXml, type XmlElement } from '../../inventory/reading/xml.ts';

/** What an element may have: attributes, those it must have marked, and the elements inside. */
interface ElementRule {
  readonly attributes: Readonly<Record<string, 'required' | 'optional'>>;
  readonly children: readonly string[];
  readonly hasText: boolean;
}

const OUTCOME: ElementRule = { attributes: { type: 'optional', message: 'optional' }, children: [], hasText: true };

/**
 * What Jenkins' schema of JUnit's XML says, `junit-10.xsd` of jenkinsci/xunit-plugin, the strictest of those in use: of its
 * elements, those that have to do with results. Elements come in any order, and nothing else is allowed.
 */
const RULES: Readonly<Record<string, ElementRule>> = {
  testsuites: {
    attributes: { name: 'optional', time: 'optional', tests: 'optional', failures: 'optional', errors: 'optional' },
    children: ['testsuite'],
    hasText: false,
  },
  testsuite: {
    attributes: {
      name: 'required',
      tests: 'required',
      failures: 'required',
      errors: 'required',
      group: 'optional',
      time: 'optional',
      skipped: 'optional',
      timestamp: 'optional',
      hostname: 'optional',
      id: 'optional',
      package: 'optional',
      file: 'optional',
      log: 'optional',
      url: 'optional',
    },
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
    hasText: false,
  },
  testcase: {
    attributes: { name: 'required', time: 'optional', classname: 'optional', group: 'optional' },
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
    hasText: false,
  },
  skipped: OUTCOME,
  error: OUTCOME,
  failure: OUTCOME,
};

/** What a report breaks of the schema; empty where it breaks nothing. */
export function junitProblemsOf(text: string): readonly string[] {
  const root = parseXml(text);
  if (root === undefined) return ['it is not well formed'];
  if (root.name !== 'testsuites') return [`<${root.name}> is not where a report begins`];
  return [...problemsOf(root)];
}

function* problemsOf(element: XmlElement): Generator<string> {
  const rule = RULES[element.name];
  if (rule === undefined) {
    yield `<${element.name}> is not known here`;
    return;
  }
  for (const name of element.attributes.keys()) {
    if (!Object.hasOwn(rule.attributes, name)) yield `<${element.name}> has an attribute ${name}`;
  }
  for (const [name, need] of Object.entries(rule.attributes)) {
    if (need === 'required' && !element.attributes.has(name)) yield `<${element.name}> lacks ${name}`;
  }
  if (!rule.hasText && element.text !== '') yield `<${element.name}> has text`;
  for (const child of element.children) {
    if (rule.children.includes(child.name)) yield* problemsOf(child);
    else yield `<${child.name}> in <${element.name}>`;
  }
}
