import { RpcError } from '../error.ts';

/** What an enrolment token holds. */
export interface EnrolmentToken {
  /** By which the control plane finds it: not secret. */
  readonly id: string;
  readonly secret: string;
  /** SHA-256 of the public key of the control plane's authority, in base64url: how an agent knows whom to tell the secret. */
  readonly pin: string;
}

/** So that people and secret scanners know one when they see it; the number is the format's. */
const PREFIX = 'bhe1';
const ID = /^[a-z0-9]{6,32}$/;
/** 128 bits at least. */
const SECRET = /^[A-Za-z0-9_-]{22,128}$/;
const PIN = /^[A-Za-z0-9_-]{43}$/;

/** A token as its one line of text: `bhe1.<id>.<secret>.<pin>`. Throws `INVALID_TOKEN` where a part is none. */
export function formatToken({ id, secret, pin }: EnrolmentToken): string {
  if (!ID.test(id) || !SECRET.test(secret) || !PIN.test(pin)) throw invalid();
  return [PREFIX, id, secret, pin].join('.');
}

/** Reads a token, with white space around it, as files have. Throws `INVALID_TOKEN`, whose message never holds a part of it. */
export function parseToken(text: string): EnrolmentToken {
  const [prefix, id, secret, pin, ...more] = text.trim().split('.', 5);
  if (prefix !== PREFIX || id === undefined || secret === undefined || pin === undefined || more.length > 0) {
    throw invalid();
  }
  if (!ID.test(id) || !SECRET.test(secret) || !PIN.test(pin)) throw invalid();
  return { id, secret, pin };
}

function invalid(): RpcError {
  return new RpcError('INVALID_TOKEN', {
    what: 'cannot read the enrolment token',
    why: `it is not of the form ${PREFIX}.<id>.<secret>.<pin>`,
    fix: 'copy the whole line that the control plane printed',
  });
}
