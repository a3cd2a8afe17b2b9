import { z } from 'zod';

const MAX_PORT = 65_535;
const MAX_CONNECTIONS = 100;

/** Where the store is: a file of this machine, or a PostgreSQL. */
export const StoreConfig = z
  .strictObject({
    file: z.string().min(1).optional().describe('File of the embedded store (SQLite), for one machine.'),
    postgres: z
      .strictObject({
        host: z.string().min(1).describe('Name or address of the server, or the folder of its socket.'),
        port: z.int().min(1).max(MAX_PORT).default(5432).describe('Its port.'),
        database: z.string().min(1).max(63).default('bulkhead').describe('The database in it.'),
        user: z.string().min(1).max(63).default('bulkhead').describe('Who connects.'),
        passwordFile: z.string().min(1).optional().describe('File with the password and nothing else.'),
        caFile: z
          .string()
          .min(1)
          .optional()
          .describe('Connects over TLS, and only to a server with a certificate of this authority (PEM).'),
        maxConnections: z.int().min(1).max(MAX_CONNECTIONS).default(10).describe('Connections at most.'),
      })
      .optional(),
  })
  .refine(({ file, postgres }) => (file === undefined) !== (postgres === undefined), 'give either file or postgres');
export type StoreConfig = z.output<typeof StoreConfig>;
