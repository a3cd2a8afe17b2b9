const SECRET_WORDS = new Set([
  'apikey',
  'credential',
  'credentials',
  'passphrase',
  'passwd',
  'password',
  'pwd',
  'secret',
  'secrets',
  'token',
]);
/** Words that, behind one of those, mean where it is or what it is about, and not the secret. */
const ABOUT =
  /(?:file|path|name|id|url|uri|endpoint|type|ttl|expiry|expires|expiration|length|policy|store|dir|ref|class|issuer|header|size|count|enabled|required|min|max)$/;

/** Whether a variable is named as secrets are: `DB_PASSWORD`, `apiKey`, `AWS_SECRET_ACCESS_KEY`; not `TOKEN_URL`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const last = words.at(-1);
  if (last === undefined || ABOUT.test(last)) return false;
  if (words.some((word) => SECRET_WORDS.has(word))) return true;
  return /(?:^|_)(?:api|access|private|encryption|signing|master)_key$/.test(words.join('_'));
}
