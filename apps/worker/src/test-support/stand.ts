import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDatabase, FolderBucket } from '@bulkhead/advisory-db';
import { affected, osvRecord, writeBucket } from '@bulkhead/advisory-db/test-support';
import { systemClock } from '@bulkhead/core';
import {
  LineProcess,
  type RedisServer,
  type RegistryServer,
  redisMissing,
  registryMissing,
  startRedis,
  startRegistry,
} from '@bulkhead/lab';
import { Producer, QueueConfig } from '@bulkhead/queue';
import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { openStore, type Store } from '@bulkhead/store';

const MAIN = join(import.meta.dirname, '../main.ts');
const OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n';

/** Why no stand can be opened here; nothing when one can. */
export function standMissing(): string | undefined {
  return redisMissing() ?? registryMissing();
}

/** A registry, a Redis, an advisory database with its feed, and a store that workers come to and go from. */
export class Stand {
  readonly registry: RegistryServer;
  readonly redis: RedisServer;
  readonly store: Store;
  readonly folder: string;
  readonly #workers: LineProcess[] = [];
  #advisories: string[] = [];

  private constructor(folder: string, registry: RegistryServer, redis: RedisServer, store: Store) {
    this.folder = folder;
    this.registry = registry;
    this.redis = redis;
    this.store = store;
  }

  static async open(): Promise<Stand> {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-worker-'));
    const [registry, redis] = await Promise.all([startRegistry(), startRedis({ durable: true })]);
    const stand = new Stand(folder, registry, redis, await openStore({ file: join(folder, 'store.db') }));
    stand.publish('DSA-1', 'nginx', '1.0');
    await buildDatabase({
      output: stand.database,
      from: [new FolderBucket(stand.feed)],
      clock: systemClock,
      signal: new AbortController().signal,
    });
    const watched = WatchedRegistry.parse({ name: 'hub', host: registry.host, insecure: true });
    await stand.store.registries.add(watched);
    return stand;
  }

  get database(): string {
    return join(this.folder, 'advisories.db');
  }

  get feed(): string {
    return join(this.folder, 'feed');
  }

  get queue(): QueueConfig {
    return QueueConfig.parse({ host: this.redis.host, port: this.redis.port });
  }

  /** Puts an advisory about a package of Debian 12 into the feed, or replaces it. */
  publish(id: string, name: string, fixed: string): void {
    const modified = new Date(Date.now() + this.#advisories.length * 1000).toISOString();
    const record = osvRecord(id, { modified, affected: [affected('Debian:12', name, fixed)] });
    this.#advisories = [...this.#advisories.filter((text) => !text.includes(`"${id}"`)), record];
    writeBucket(this.feed, { Debian: this.#advisories });
  }

  /** Pushes an image with packages of Debian 12, as `name version`. */
  push(
    repository: string,
    tag: string,
    packages: readonly string[],
    files: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const entries = packages.map((text) => {
      const [name = '', version = ''] = text.split(' ');
      return `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`;
    });
    return this.registry.push(repository, tag, {
      'etc/os-release': OS_RELEASE,
      'var/lib/dpkg/status': `${entries.join('\n')}\n`,
      ...files,
    });
  }

  async startWorker(more: Readonly<Record<string, unknown>> = {}): Promise<LineProcess> {
    const file = join(this.folder, 'worker.json');
    const { host, port } = this.redis;
    const config = {
      store: { file: join(this.folder, 'store.db') },
      redis: { host, port },
      advisories: { database: this.database, from: [this.feed], everyMinutes: 0 },
      registries: { everyMinutes: 0 },
      metrics: { port: 0 },
      lockSeconds: 2,
      ...more,
    };
    await writeFile(file, JSON.stringify(config));
    const worker = new LineProcess('worker', undefined, process.execPath, [MAIN, '--config', file]);
    this.#workers.push(worker);
    return worker;
  }

  producer(): Promise<Producer> {
    return Producer.open(this.queue);
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) await worker.stop('SIGKILL');
    await this.store.close();
    await this.redis.remove();
    await this.registry.remove();
    await rm(this.folder, { recursive: true, force: true });
  }
}
