import { compileSensors, DETECTORS } from '@bulkhead/dlp';
import type { TextFinding } from '@bulkhead/inspector';
import type { FoundSecret, SecretScanner } from '@bulkhead/scanner';

const SECRETS = DETECTORS.filter(({ category }) => category === 'secret').map(({ id }) => id);

/** The scanner's secrets found by the inspector's detectors. Loads the native module when it is called. */
export async function createSecretScanner(): Promise<SecretScanner> {
  const { Program, Scanner, scanTexts } = await import('@bulkhead/inspector');
  const sensor = {
    name: 'secrets',
    description: 'Keys and tokens in files',
    detectors: SECRETS.map((id) => ({ id })),
    literals: [],
    minConfidence: 'medium',
    threshold: 1,
    action: 'alert',
    direction: 'both',
  } as const;
  const program = new Program(compileSensors([sensor]));
  return {
    detectors: SECRETS,
    scan: (texts) => scanTexts(program, texts).map((findings) => findings.map(foundSecret)),
    open() {
      const scanner = new Scanner(program);
      return { write: (bytes) => scanner.scan(bytes).map(foundSecret), end: () => scanner.end().map(foundSecret) };
    },
  };
}

function foundSecret({ detector, confidence, masked, offset, knownTest }: TextFinding): FoundSecret {
  return { detector, confidence, masked, offset, knownTest };
}
