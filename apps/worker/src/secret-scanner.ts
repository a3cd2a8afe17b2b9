import { compileSensors, FILE_SECRETS } from '@bulkhead/dlp';
import type { SecretScanner } from '@bulkhead/scanner';

/** The scanner's secrets found by the inspector's detectors. Loads the native module when it is called. */
export async function createSecretScanner(): Promise<SecretScanner> {
  const { Program, Scanner, scanTexts } = await import('@bulkhead/inspector');
  const program = new Program(compileSensors([FILE_SECRETS]));
  return {
    detectors: FILE_SECRETS.detectors.map(({ id }) => id),
    scan: (texts) => scanTexts(program, texts),
    open: () => new Scanner(program),
  };
}
