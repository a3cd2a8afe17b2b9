import { CodedError, formatPath, printable } from '@bulkhead/core';
import type { FastifyReply } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** One thing wrong with a request: where in it, and what. */
export interface PlacedProblem {
  readonly path: string;
  readonly message: string;
}

/** An answer that is not what was asked for (RFC 9457). `detail` is one clear sentence. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly problems: readonly PlacedProblem[] | undefined;

  constructor(status: number, detail: string, problems?: readonly PlacedProblem[]) {
    super(detail);
    this.name = 'HttpProblem';
    this.status = status;
    this.problems = problems;
  }
}

/** More are no clearer, and each may be as long as what was sent. */
const MAX_PROBLEMS = 200;

/** What callers know the parts of a request by. */
const PARTS: Readonly<Record<string, string>> = { querystring: 'query', params: 'path' };

/** What a failure means for who asked; `undefined` for a mistake of ours, of which they learn nothing. */
export function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'request';
    const problems = error.validation.slice(0, MAX_PROBLEMS).map(({ instancePath, message = 'is wrong' }) => ({
      path: pathOf(where, instancePath),
      message: printable(message),
    }));
    return new HttpProblem(400, `The ${PARTS[where] ?? where} is not as described.`, problems);
  }
  if (error instanceof CodedError) return ofCode(error);
  const { statusCode, code } = Object(error) as { readonly statusCode?: unknown; readonly code?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined;
  return new HttpProblem(statusCode, FASTIFY_SENTENCES[String(code)] ?? `${STATUS_CODES[statusCode] ?? 'Refused'}.`);
}

const FASTIFY_SENTENCES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than this request may have.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The body must be JSON, with the content type application/json.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty, and must be JSON.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as its header says.',
};

function ofCode(error: CodedError<string>): HttpProblem | undefined {
  switch (error.code) {
    case 'CURSOR_INVALID':
      return new HttpProblem(400, 'The cursor in "after" is not one that this list gave; start again without one.');
    case 'UNSTORABLE_TEXT':
      return new HttpProblem(400, 'A text has characters that cannot be kept.');
    case 'STORE_TOO_LARGE':
      return new HttpProblem(413, 'It is larger than anything that is kept.');
    case 'STORE_UNREACHABLE':
    case 'STORE_BUSY':
    case 'STORE_CONFLICT':
      return new HttpProblem(503, 'The store does not answer now; try again.');
    case 'STORE_FULL':
      return new HttpProblem(507, 'No room is left where the store is.');
    default:
      return undefined;
  }
}

/** JSON pointers are for programs; documents of Bulkhead have their paths as people write them. */
function pathOf(where: string, pointer: string): string {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d{1,9}$/.test(step) ? Number(step) : step));
  return printable(formatPath([where, ...steps]));
}

/** Sends a problem as `application/problem+json`. */
export function sendProblem(reply: FastifyReply, { status, message, problems }: HttpProblem): FastifyReply {
  const title = STATUS_CODES[status] ?? 'Refused';
  // As text: what is sent is not what the route's schema describes.
  const body = JSON.stringify({ type: 'about:blank', title, status, detail: message, ...(problems && { problems }) });
  return reply.code(status).type('application/problem+json').serializer(String).send(body);
}
