import type { DetectorDescription } from './description.ts';

/** Secrets that nothing in themselves gives away, but what stands in front of them does, in the order of the inspector's own table. */
export const PLACED_SECRETS: readonly DetectorDescription[] = [
  {
    id: 'url-password',
    title: 'Password in an address',
    category: 'secret',
    strength: 'anchored',
    rule:
      'the password of "scheme://user:password@host": high confidence for databases, brokers, directories, mail and FTP, medium ' +
      'for web addresses and the like, low for other schemes and for what examples have for a password; variables and ' +
      'placeholders are none',
    norm: 'RFC 3986 §3.2.1; connection strings of PostgreSQL, MySQL, MongoDB, Redis, AMQP',
    example: 'postgres://************',
  },
  {
    id: 'azure-sas-signature',
    title: 'Azure shared access signature',
    category: 'secret',
    strength: 'anchored',
    rule: '"sig=" and 32 bytes as base64, perhaps percent-encoded, among the parameters "sv", "se" or "sr" that it signs',
    norm: 'Azure Storage and Service Bus, shared access signatures',
    example: '************',
  },
  {
    id: 'aws-secret-key',
    title: 'AWS secret access key',
    category: 'secret',
    strength: 'shape',
    rule:
      '40 base64 characters of both cases and digits behind a name that ends in "secret access key" or "aws secret key", in any ' +
      'notation; medium confidence behind "secret key" alone',
    norm: 'AWS IAM, access keys',
    example: '************',
  },
  {
    id: 'azure-access-key',
    title: 'Azure access key',
    category: 'secret',
    strength: 'shape',
    rule:
      '64 or 32 bytes as base64 behind a name that ends in "account key" or "access key", as in the connection strings of ' +
      'Storage, Cosmos DB, Service Bus, Event Hubs and IoT Hub; the known keys of emulators have low confidence',
    norm: 'Azure, connection strings',
    example: '************',
  },
  {
    id: 'datadog-key',
    title: 'Datadog key',
    category: 'secret',
    strength: 'shape',
    rule: '32 or 40 hexadecimal digits behind a name that ends in "DD API key" or "Datadog API key", or behind "API key" near "Datadog"',
    norm: 'Datadog, API and application keys',
    example: '************',
  },
];
