/** A package URL of any type, also without a version: what statements name products by. */
export interface AnyPurl {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers: Readonly<Record<string, string>>;
}

/** Longer ones are no package URL but somebody's payload. */
const MAX_LENGTH = 8192;

/** Takes a package URL apart (ECMA-427); undefined for what is none. */
export function parseAnyPurl(text: string): AnyPurl | undefined {
  if (text.length > MAX_LENGTH || !/^pkg:/i.test(text)) return undefined;
  const [beforeHash = ''] = text.slice(4).replace(/^\/+/, '').split('#', 1);
  const question = beforeHash.indexOf('?');
  const path = question < 0 ? beforeHash : beforeHash.slice(0, question);
  // An "@" behind a slash opens a scope that nobody encoded; any other opens the version.
  const at = path.lastIndexOf('@');
  const versioned = at > 0 && path.charAt(at - 1) !== '/';
  try {
    const segments = (versioned ? path.slice(0, at) : path).split('/').filter((segment) => segment !== '');
    const [type, ...names] = segments.map((segment) => decodeURIComponent(segment));
    const name = names.pop();
    if (type === undefined || name === undefined) return undefined;
    const version = versioned ? decodeURIComponent(path.slice(at + 1)) : '';
    return {
      type: type.toLowerCase(),
      ...(names.length > 0 && { namespace: names.join('/') }),
      name,
      ...(version !== '' && { version }),
      qualifiers: qualifiersOf(question < 0 ? '' : beforeHash.slice(question + 1)),
    };
  } catch {
    // A stray "%".
    return undefined;
  }
}

function qualifiersOf(query: string): Record<string, string> {
  const qualifiers = Object.create(null) as Record<string, string>;
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    if (equals > 0) qualifiers[pair.slice(0, equals).toLowerCase()] = decodeURIComponent(pair.slice(equals + 1));
  }
  return qualifiers;
}
