import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificate, type Daemon, freePort, makeCertificate, startDaemon } from '@bulkhead/lab';

const PROGRAM = '/usr/sbin/rsyslogd';

/** A message as rsyslog understood it. */
export interface SyslogLine {
  readonly priority: string;
  readonly version: string;
  readonly host: string;
  readonly program: string;
  readonly process: string;
  readonly id: string;
  readonly data: string;
  readonly message: string;
}

export interface Rsyslog {
  readonly udp: number;
  readonly tcp: number;
  readonly tls: number;
  readonly certificate: Certificate;
  /** Everything that came, in order. */
  lines(): Promise<readonly SyslogLine[]>;
  remove(): Promise<void>;
}

/** Why no rsyslog can be started here; nothing when one can. */
export function rsyslogMissing(): string | undefined {
  return existsSync(PROGRAM) ? undefined : `${PROGRAM} is missing (Debian: rsyslog, rsyslog-openssl)`;
}

/** Fields between characters that rsyslog never leaves in a message: it writes control characters as `#ooo`. */
const TEMPLATE = [
  '%pri%',
  '%protocol-version%',
  '%hostname%',
  '%app-name%',
  '%procid%',
  '%msgid%',
  '%structured-data%',
  '%msg%',
].join('\\t');

/** Starts an rsyslog of its own in a temporary folder, on loopback, over UDP, TCP and TLS. */
export async function startRsyslog(): Promise<Rsyslog> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-rsyslog-'));
  const certificate = await makeCertificate(folder, ['127.0.0.1']);
  const [udp, tcp, tls] = [await freePort(), await freePort(), await freePort()];
  const log = join(folder, 'log');
  const config = join(folder, 'rsyslog.conf');
  await writeFile(
    config,
    `global(workDirectory="${folder}" maxMessageSize="64k"
  defaultNetstreamDriverCAFile="${certificate.certificate}"
  defaultNetstreamDriverCertFile="${certificate.certificate}"
  defaultNetstreamDriverKeyFile="${certificate.key}")
module(load="imudp")
module(load="imtcp")
template(name="fields" type="string" string="${TEMPLATE}\\n")
ruleset(name="all") { action(type="omfile" file="${log}" template="fields") }
input(type="imudp" address="127.0.0.1" port="${udp}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="${tcp}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="${tls}" ruleset="all"
  streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
`,
  );
  const daemon: Daemon = await startDaemon({
    name: 'rsyslog',
    program: PROGRAM,
    parameters: ['-n', '-f', config, '-i', join(folder, 'pid')],
    isReady: () => Promise.all([answers(tcp), answers(tls)]),
  });
  return {
    udp,
    tcp,
    tls,
    certificate,
    async lines() {
      const text = await readFile(log, 'utf8').catch(() => '');
      return text.split('\n').slice(0, -1).map(toLine);
    },
    async remove() {
      await daemon.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function toLine(text: string): SyslogLine {
  const [priority = '', version = '', host = '', program = '', process = '', id = '', data = '', ...rest] =
    text.split('\t');
  return { priority, version, host, program, process, id, data, message: rest.join('\t') };
}

function answers(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
