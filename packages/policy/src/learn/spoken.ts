import { APPLICATION_PROTOCOLS, APPLICATIONS, type Application } from '../network/application.ts';

/**
 * The application by which a rule lets live what the inspector recognised. What begins as HTTP and becomes gRPC or WebSocket is
 * HTTP: a rule about the latter alone would end it at its beginning. Nothing for what rules have no name for.
 */
export function applicationOf(protocol: string | undefined): Application | undefined {
  if (protocol === undefined) return undefined;
  if (protocol === 'http' || speaks('http', protocol)) return 'http';
  return APPLICATIONS.find((application) => application === protocol || speaks(application, protocol));
}

function speaks(application: Application, protocol: string): boolean {
  return (APPLICATION_PROTOCOLS[application] as readonly string[]).includes(protocol);
}
