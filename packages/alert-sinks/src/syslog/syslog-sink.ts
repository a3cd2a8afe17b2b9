import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { type SyslogSpeaker, syslogMessage } from '@bulkhead/alerts';
import { type SinkConfigOf, syslogPort } from '../config.ts';
import { readSinkFile } from '../secret-file.ts';
import { type AlertSink, DELIVERED } from '../sink.ts';
import { sendDatagrams } from './send-datagrams.ts';
import { sendStream } from './send-stream.ts';

/** A syslog receiver: UDP (RFC 5426), TCP with octet counting (RFC 6587) or TLS (RFC 5425). */
export function syslogSink(config: SinkConfigOf<'syslog'>, speaker: SyslogSpeaker): AlertSink {
  const { host, transport, maxAlerts } = config;
  const port = syslogPort(config);
  return {
    maxAlerts,
    async send(alerts, signal) {
      const messages = alerts.map((alert) => syslogMessage(alert, speaker, config));
      if (transport === 'udp') await sendDatagrams(host, port, messages);
      else {
        const tls = transport === 'tls' ? await tlsOptions(config) : undefined;
        await sendStream({ host, port, tls }, messages, signal);
      }
      return DELIVERED;
    },
  };
}

async function tlsOptions({
  host,
  caFile,
  certificateFile,
  keyFile,
}: SinkConfigOf<'syslog'>): Promise<ConnectionOptions> {
  return {
    // A name of the server that is an address is none (RFC 6066, 3); its certificate is checked all the same.
    ...(isIP(host) === 0 && { servername: host }),
    ...(caFile !== undefined && { ca: await readSinkFile(caFile, 'caFile') }),
    ...(certificateFile !== undefined && { cert: await readSinkFile(certificateFile, 'certificateFile') }),
    ...(keyFile !== undefined && { key: await readSinkFile(keyFile, 'keyFile') }),
  };
}
