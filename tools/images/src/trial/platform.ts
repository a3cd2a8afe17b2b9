/** What images call the processors that Node names. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64' };

/** The platform of a process, by what Node calls its processor. */
export function platformOf(arch: string): string {
  return `linux/${ARCHITECTURES[arch] ?? arch}`;
}

/** The platform of this machine. */
export const OWN_PLATFORM = platformOf(process.arch);
