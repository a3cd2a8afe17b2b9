/** A package's header as a database stores it, or a place that contradicts the format: the rest is still read. */
export type StoredHeader = { readonly header: Buffer } | { readonly damage: string };
