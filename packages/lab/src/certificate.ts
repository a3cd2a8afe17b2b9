import { join } from 'node:path';
import { run } from './run.ts';

export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/** Makes a self-signed certificate for a day, with the names and addresses given, in two files of a folder. */
export async function makeCertificate(folder: string, subjects: readonly string[]): Promise<Certificate> {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const names = subjects.map((subject) => (/^[\d.]+$|:/.test(subject) ? `IP:${subject}` : `DNS:${subject}`));
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${subjects[0]}`, '-addext', `subjectAltName=${names.join(',')}`];
  await run('openssl', ['req', '-x509', ...curve, '-days', '1', ...subject, '-keyout', key, '-out', certificate]);
  return { key, certificate };
}
