import { readFile } from 'node:fs/promises';
import { CodedError } from '@bulkhead/core';
import { readSignatures } from '@bulkhead/oci';
import {
  type AdmissionPolicy,
  type ImageKnowledge,
  type KnownImage,
  type NamedImage,
  namedImage,
  signatureTrustOf,
} from '@bulkhead/policy';
import { checkSignatures, readTrust } from '@bulkhead/scanner/signature';
import { CliError, unreadableFile } from '../error.ts';
import type { Io } from '../io.ts';

export interface RegistryAccess {
  readonly ca?: string;
  readonly plainHttp?: boolean;
}

/** Manifests of a whole cluster name some hundred images; each costs some requests. */
const MAX_IMAGES = 1_000;

/**
 * What is known of images beside `scans`: whose signatures they have, by the keys and trust roots that policies name, asked of their registries
 * now. An image of which a registry says that it is not there has none. Throws where a registry cannot be asked.
 */
export async function verifiedImages(
  references: ReadonlySet<string>,
  policies: readonly AdmissionPolicy[],
  scans: ImageKnowledge,
  access: RegistryAccess,
  io: Io,
): Promise<ImageKnowledge> {
  const trust = readTrust(signatureTrustOf(policies));
  if (trust.keys.length + trust.roots.length === 0) return scans;
  if (references.size > MAX_IMAGES) {
    throw new CliError('USAGE', {
      what: 'signatures are not verified',
      why: `the manifests name more than ${MAX_IMAGES} images`,
      fix: 'review them in parts',
    });
  }
  const options = {
    ...(access.ca !== undefined && { ca: await textOf(access.ca) }),
    ...(access.plainHttp !== undefined && { plainHttp: access.plainHttp }),
  };
  const signed = new Map<string, Pick<KnownImage, 'digest' | 'signatures'>>();
  for (const reference of references) {
    const image = namedImage(reference);
    if (image === undefined) continue;
    try {
      const { digest, materials } = await readSignatures(reference, options, io.signal);
      const { keys, verified, roots, signers } = await checkSignatures(digest, materials, trust);
      const signatures = { keys: [...keys], verified: [...verified], roots: [...roots], signers: [...signers] };
      signed.set(keyOf(image), { digest, signatures });
    } catch (error) {
      if (!(error instanceof CodedError) || (error as CodedError<string>).code !== 'IMAGE_NOT_FOUND') throw error;
    }
  }
  return {
    doubt: scans.doubt,
    basesOf: (image) => scans.basesOf(image),
    find(image) {
      const found = signed.get(keyOf(image));
      const known = scans.find(image);
      if (found === undefined) return known;
      const { digest, signatures } = found;
      if (known.length === 0) {
        return [
          { digest, platform: 'unknown', indexes: [], names: [], ...(signatures !== undefined && { signatures }) },
        ];
      }
      return known.map((one) => ({ ...one, ...(signatures !== undefined && { signatures }) }));
    },
  };
}

function keyOf({ name, tag, digest }: NamedImage): string {
  return `${name}:${digest === undefined ? (tag ?? '') : ''}@${digest ?? ''}`;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadableFile(file, error);
  }
}
