import { join } from 'node:path';
import type { Certificate } from '@bulkhead/lab';

/** One worker that logs nothing and keeps connections open for as long as a measurement takes. */
export function nginxConfig(folder: string, name: string, { key, certificate }: Certificate): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${join(folder, `${name}-${kind}`)};`)
    .join('\n');
  return `daemon off;
user root;
worker_processes 1;
pid ${join(folder, `${name}.pid`)};
error_log stderr error;
events { worker_connections 4096; }
http {
${temporary}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  keepalive_timeout 600;
  default_type application/json;
  open_file_cache max=10 inactive=600s;
  server {
    listen 8080 backlog=4096;
    listen 8443 ssl backlog=4096;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3;
    root ${join(folder, 'www')};
  }
}
`;
}
