import { z } from 'zod';

const MAX_PORT = 65_535;
const MAX_DATABASE = 65_535;

/** Where the queues are: one Redis or Valkey. It must keep what it has (`maxmemory-policy noeviction`, AOF on). */
export const QueueConfig = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Name or address of the server.'),
  port: z.int().min(1).max(MAX_PORT).default(6379).describe('Its port.'),
  socket: z.string().startsWith('/').optional().describe('Its socket, instead of host and port.'),
  database: z.int().min(0).max(MAX_DATABASE).default(0).describe('Number of the database in it.'),
  username: z.string().min(1).optional().describe('Who connects.'),
  passwordFile: z.string().min(1).optional().describe('File with the password and nothing else.'),
  caFile: z
    .string()
    .min(1)
    .optional()
    .describe('Connects over TLS, and only to a server with a certificate of this authority (PEM).'),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, hyphens and underscores')
    .default('bulkhead')
    .describe('What the names of all keys begin with.'),
});
export type QueueConfig = z.output<typeof QueueConfig>;
