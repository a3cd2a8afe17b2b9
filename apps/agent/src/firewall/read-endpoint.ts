/** Takes `10.0.0.1:80` or `[::1]:80` apart, as the inspector writes an end of a session of TCP or UDP. */
export function readEndpoint(text: string): { readonly address: string; readonly port: number } {
  const at = text.lastIndexOf(':');
  return { address: text.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(at + 1)) };
}
