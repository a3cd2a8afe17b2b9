import { API_VERSION, type DocumentKind } from '@bulkhead/core';
import { z } from 'zod';
import { compareProblems, type DocumentOrigin, type PolicyProblem } from './problem.ts';
import { MAX_CHARACTERS, type RawDocument, type RawFile, readYaml } from './read-yaml.ts';

/** A policy file's name and its text. */
export interface PolicySource {
  readonly file: string;
  readonly text: string;
  /** What the text says, where it is the JSON of a document at hand: parsing it again as YAML takes most of the time that reading takes. */
  readonly document?: unknown;
}

type Named = { readonly name: string };

/** A document of a known kind. Without `value` it did not parse, but what it says of itself still counts. */
export interface LoadedDocument<Value extends Named = Named> {
  readonly origin: DocumentOrigin;
  readonly kind: string;
  /** The name it claims, where it claims one. */
  readonly name: string | undefined;
  readonly raw: unknown;
  readonly value: Value | undefined;
  /** The problem `message` at `path` of this document. */
  problem(path: readonly (string | number)[], message: string): PolicyProblem;
}

export interface LoadedDocuments {
  /** The documents of a kind, in the order of the sources, also those that did not parse. */
  of<Value extends Named>(kind: DocumentKind<Value>): readonly LoadedDocument<Value>[];
  readonly problems: readonly PolicyProblem[];
}

/** What a document says it is, however wrong the rest of it may be. */
const Claim = z.object({ metadata: z.object({ name: z.string() }) });

/**
 * Reads documents of the given kinds and reports everything that is wrong with them, file by file. Documents of the kinds
 * in `passedOver` may be there and are not looked into. Never throws.
 */
export function loadDocuments(
  sources: readonly PolicySource[],
  kinds: readonly DocumentKind<Named>[],
  passedOver: readonly string[] = [],
): LoadedDocuments {
  return atOnce(loadInSteps(sources, kinds, passedOver));
}

/** As `loadDocuments`, in steps of a source each. */
export function* loadInSteps(
  sources: readonly PolicySource[],
  kinds: readonly DocumentKind<Named>[],
  passedOver: readonly string[] = [],
): Generator<void, LoadedDocuments> {
  const known: Kinds = { byName: new Map(kinds.map((kind) => [kind.kind, kind])), passedOver };
  const problems: PolicyProblem[] = [];
  const documents: LoadedDocument[] = [];
  for (const source of sources) {
    const raw = readSource(source);
    problems.push(...raw.problems);
    documents.push(...raw.documents.flatMap((document) => loadDocument(source.file, document, known, problems) ?? []));
    yield;
  }

  for (const kind of kinds) {
    const ofKind = documents.filter((document) => document.kind === kind.kind);
    problems.push(...repeatedNames(ofKind), ...setProblems(kind, ofKind));
  }
  return {
    of: <Value extends Named>(kind: DocumentKind<Value>) =>
      documents.filter((document): document is LoadedDocument<Value> => document.kind === kind.kind),
    problems: problems.toSorted(compareProblems),
  };
}

/** Takes all steps. */
export function atOnce<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

function readSource({ file, text, document }: PolicySource): RawFile {
  if (document === undefined || text.length > MAX_CHARACTERS) return readYaml(file, text);
  // Lines are asked for where something is wrong.
  let parsed: RawFile | undefined;
  const lineOf: RawDocument['lineOf'] = (path) => {
    parsed ??= readYaml(file, text);
    return parsed.documents[0]?.lineOf(path);
  };
  return { documents: [{ index: 1, value: document, lineOf }], problems: [] };
}

interface Kinds {
  readonly byName: ReadonlyMap<string, DocumentKind<Named>>;
  readonly passedOver: readonly string[];
}

function loadDocument(
  file: string,
  { index, value, lineOf }: RawDocument,
  { byName: kinds, passedOver }: Kinds,
  problems: PolicyProblem[],
): LoadedDocument | undefined {
  const origin = { file, document: index };
  const problem: LoadedDocument['problem'] = (path, message) => {
    const line = lineOf(path);
    return { ...origin, path, message, ...(line !== undefined && { line }) };
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(problem([], 'is not a document: expected apiVersion, kind, metadata and spec'));
    return undefined;
  }

  const { apiVersion, kind: name } = value as { readonly apiVersion?: unknown; readonly kind?: unknown };
  const kind = typeof name === 'string' ? kinds.get(name) : undefined;
  if (apiVersion !== API_VERSION) problems.push(problem(['apiVersion'], `must be ${JSON.stringify(API_VERSION)}`));
  if (kind === undefined) {
    if (typeof name === 'string' && passedOver.includes(name)) return undefined;
    problems.push(problem(['kind'], `must be one of ${[...kinds.keys()].toSorted().join(', ')}`));
    return undefined;
  }

  const parsed = kind.parse(value, file);
  if (!parsed.ok) {
    // A wrong apiVersion has been reported above, in the same words for every kind.
    const own = parsed.problems.filter(({ path }) => path[0] !== 'apiVersion');
    problems.push(...own.map(({ path, message }) => problem(path, message)));
  }
  return {
    origin,
    kind: kind.kind,
    name: Claim.safeParse(value).data?.metadata.name,
    raw: value,
    value: parsed.ok ? parsed.value : undefined,
    problem,
  };
}

function repeatedNames(documents: readonly LoadedDocument[]): PolicyProblem[] {
  const first = new Map<string, LoadedDocument>();
  return documents.flatMap((document) => {
    if (document.name === undefined) return [];
    const known = first.get(document.name);
    if (known === undefined) {
      first.set(document.name, document);
      return [];
    }
    const where = `${known.origin.file}, document ${known.origin.document}`;
    const message = `a ${document.kind} "${document.name}" is already defined in ${where}`;
    return [document.problem(['metadata', 'name'], message)];
  });
}

function setProblems(kind: DocumentKind<Named>, documents: readonly LoadedDocument[]): PolicyProblem[] {
  const parsed = documents.filter((document) => document.value !== undefined);
  const values = parsed.flatMap((document) => document.value ?? []);
  const found = kind.check?.(values) ?? [];
  return found.flatMap(({ index, path, message }) => parsed[index]?.problem(path, message) ?? []);
}
