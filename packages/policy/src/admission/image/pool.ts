import { listOf } from './alike.ts';
import type { ImageScan, ImageSecret, ImageVulnerability } from './known-image.ts';

type Finding = ImageVulnerability | ImageSecret;

/** Equal findings as one object each, for as long as a scan has them. */
export class Pool {
  readonly #kept = new Map<string, { readonly finding: Finding; uses: number }>();

  get size(): number {
    return this.#kept.size;
  }

  /** The scan with findings that other scans may have too. */
  take(scan: ImageScan): ImageScan {
    return {
      ...scan,
      vulnerabilities: scan.vulnerabilities.map((one) => this.#use(keyOfVulnerability(one), one)),
      secrets: listOf(scan.secrets.map((one) => this.#use(keyOfSecret(one), one))),
    };
  }

  /** Forgets what no scan has any more. */
  release({ vulnerabilities, secrets }: ImageScan): void {
    for (const one of vulnerabilities) this.#drop(keyOfVulnerability(one));
    for (const one of secrets) this.#drop(keyOfSecret(one));
  }

  #use<Kept extends Finding>(key: string, finding: Kept): Kept {
    const there = this.#kept.get(key);
    if (there === undefined) {
      this.#kept.set(key, { finding, uses: 1 });
      return finding;
    }
    there.uses += 1;
    // The key begins with the kind.
    return there.finding as Kept;
  }

  #drop(key: string): void {
    const there = this.#kept.get(key);
    if (there === undefined) return;
    there.uses -= 1;
    if (there.uses === 0) this.#kept.delete(key);
  }
}

function keyOfVulnerability(one: ImageVulnerability): string {
  const { id, package: name, severity, fix = '', score = '', epss = '', kev = '', published = '' } = one;
  return ['v', id, name, severity, fix, score, epss, kev, published].join('\0');
}

function keyOfSecret({ id, path, severity, confidence }: ImageSecret): string {
  return ['s', id, path, severity, confidence].join('\0');
}
