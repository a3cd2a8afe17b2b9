/** A package's full name, `@scope/name` or `name`, as namespace and name. */
export function npmName(full: string): { readonly namespace?: string; readonly name: string } {
  const slash = full.startsWith('@') ? full.indexOf('/') : -1;
  return slash === -1 ? { name: full } : { namespace: full.slice(0, slash), name: full.slice(slash + 1) };
}

/** `name@rest` at the first `@` that is not the scope's: `@babel/core@npm:^7.0.0`. */
export function splitSpecifier(specifier: string): { readonly name: string; readonly rest: string } | undefined {
  const at = specifier.indexOf('@', 1);
  return at === -1 ? undefined : { name: specifier.slice(0, at), rest: specifier.slice(at + 1) };
}

/** What stands where a version should, for packages that come from no registry. */
export function isRemoteReference(version: string): boolean {
  return /^(?:git[+:@]|github:|gitlab:|bitbucket:|https?:|ssh:)/.test(version) || /^[\w.-]+\/[\w.-]+#/.test(version);
}

/** The project's own packages: in a folder, a workspace or linked. */
export function isLocalReference(version: string): boolean {
  return /^(?:file|link|portal|workspace|root):/.test(version);
}
