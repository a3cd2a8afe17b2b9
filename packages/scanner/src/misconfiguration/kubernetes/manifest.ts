import { type KubernetesObject, lineIn, MANIFEST_YAML, objectOf, plainValue, type Value } from '@bulkhead/pod-rules';
import { LineCounter, parseAllDocuments } from 'yaml';

export type ParsedManifest =
  | { readonly ok: true; readonly objects: readonly KubernetesObject[]; readonly limit?: string }
  | { readonly ok: false; readonly code: 'corrupt' | 'unsupported' | 'limit'; readonly message: string };

/** The manifests of whole platforms have some thousand. */
export const MAX_OBJECTS = 5000;
/** How often anchors of one document may be repeated; "billion laughs" needs more. */
const MAX_ALIASES = 100;
/** Real manifests nest some 20 levels; the parser recurses once a level. */
const MAX_DEPTH = 200;

/** Whether a text can hold a Kubernetes object at all: what cannot is not parsed, and is no gap when it is no YAML. */
export function looksLikeManifest(text: string): boolean {
  return /(?:^|[\s{,"'])apiVersion["']?\s{0,20}:/.test(text) && /(?:^|[\s{,"'])kind["']?\s{0,20}:/.test(text);
}

/** Reads the objects of a YAML or JSON file with one or more documents; items of a List are objects of their own. */
export function parseManifest(text: string): ParsedManifest {
  if (nestsTooDeep(text)) return { ok: false, code: 'limit', message: `nested deeper than ${MAX_DEPTH} levels` };
  const lines = new LineCounter();
  const objects: KubernetesObject[] = [];
  try {
    for (const document of parseAllDocuments(text, {
      ...MANIFEST_YAML,
      lineCounter: lines,
      uniqueKeys: false,
      logLevel: 'silent',
    })) {
      const [error] = document.errors;
      if (error !== undefined) return broken(text, error.message);
      if (document.contents === null) continue;
      // Follows every alias within their bound, or throws.
      const data: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
      for (const root of unlisted(plainValue(data, (path) => lineIn(document, lines, path) ?? 1))) {
        if (objects.length === MAX_OBJECTS) return { ok: true, objects, limit: `more than ${MAX_OBJECTS} objects` };
        const object = objectOf(root);
        if (object !== undefined) objects.push(object);
      }
    }
  } catch (error) {
    return { ok: false, code: 'limit', message: error instanceof Error ? error.message : String(error) };
  }
  return { ok: true, objects };
}

function broken(text: string, message: string): ParsedManifest {
  if (/\{\{[^}\n]{0,500}\}\}/.test(text)) {
    return { ok: false, code: 'unsupported', message: 'a template: render it and scan what comes out' };
  }
  return { ok: false, code: 'corrupt', message: `no YAML: ${message.split('\n', 1)[0] ?? ''}` };
}

function unlisted(root: Value): readonly Value[] {
  return root.get('kind').scalar === 'List' ? root.get('items').items() : [root];
}

/** Brackets, and dashes in a row (`- - - -`), are the cheap ways to many levels; indentation costs its square. */
function nestsTooDeep(text: string): boolean {
  let depth = 0;
  let dashes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x5b || code === 0x7b) depth += 1;
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth -= 1;
    if ((code === 0x2d || code === 0x3f || code === 0x3a) && text.charCodeAt(index + 1) === 0x20) dashes += 1;
    else if (code !== 0x20) dashes = 0;
    if (depth > MAX_DEPTH || dashes > MAX_DEPTH) return true;
  }
  return false;
}
