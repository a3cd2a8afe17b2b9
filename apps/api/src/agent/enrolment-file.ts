import { rename, writeFile } from 'node:fs/promises';
import { makeEnrolmentToken, type TokenMaking } from './make-enrolment-token.ts';

/** An agent of the same machine enrols as it starts, beside the api; a day is for those that people start by hand. */
const VALID_MS = 86_400_000;
const USES = 100;

/** Writes a new token, readable by its owner alone, in place of what the file held. */
export async function writeEnrolmentFile(file: string, making: TokenMaking): Promise<void> {
  const token = await makeEnrolmentToken(making, { validMs: VALID_MS, uses: USES, detail: { file } });
  const fresh = `${file}.fresh`;
  await writeFile(fresh, `${token}\n`, { mode: 0o600 });
  await rename(fresh, file);
}
