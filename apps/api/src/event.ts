/** What the api says on standard output, one JSON object a line. */
export type ApiEvent =
  | {
      readonly event: 'api-started';
      readonly version: string;
      readonly pid: number;
      readonly url: string;
      /** Where agents are served. */
      readonly agents?: string;
      /** PEM file of the authority that signed the api's certificate, where that is its own. */
      readonly authority?: string;
      readonly metrics?: string;
    }
  /** Once in the life of a store. The password is said here and nowhere else. */
  | { readonly event: 'admin-created'; readonly name: string; readonly password?: string }
  | { readonly event: 'policy-changed'; readonly version: string; readonly documents: number }
  | { readonly event: 'api-stopped'; readonly problems: readonly string[] };
