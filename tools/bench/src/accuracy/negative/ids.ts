import type { Random } from '../../capture/random.ts';
import { luhnDigit } from '../datum/payment-card.ts';

const FOUR = Array.from({ length: 10_000 }, (_, number) => String(number).padStart(4, '0'));

/** Identifiers as services make them, many million times: faster than digit by digit. */
export class Ids {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  digits(count: number): string {
    let text = '';
    while (text.length < count) text += FOUR[this.#random.below(10_000)] ?? '';
    return text.slice(0, count);
  }

  /** Digits without a zero in front, so that they are a number in JSON. */
  number(count: number): string {
    return `${1 + this.#random.below(9)}${this.digits(count - 1)}`;
  }

  /** A number that ends in its Luhn digit, as many shops' order numbers do. */
  luhn(prefix: string, count: number): string {
    const body = prefix + this.digits(count - 1 - prefix.length);
    return `${body}${luhnDigit(body)}`;
  }

  /** An EAN-13 with its check digit (GS1 General Specifications, 7.9). */
  ean(): string {
    const body = this.digits(12);
    let sum = 0;
    for (let i = 0; i < body.length; i += 1) sum += Number(body[i]) * (i % 2 === 0 ? 1 : 3);
    return `${body}${(10 - (sum % 10)) % 10}`;
  }

  bytes(count: number): Buffer {
    const words = new Uint32Array(Math.ceil(count / 4));
    for (let i = 0; i < words.length; i += 1) words[i] = this.#random.below(0x1_0000_0000);
    return Buffer.from(words.buffer, 0, count);
  }

  hex(count: number): string {
    return this.bytes((count + 1) >> 1)
      .toString('hex')
      .slice(0, count);
  }

  uuid(): string {
    const hex = this.hex(32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  below(bound: number): number {
    return this.#random.below(bound);
  }
}
