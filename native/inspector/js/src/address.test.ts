import { describe, expect, it } from 'vitest';
import { formatAddress, formatEndpoint } from './address.ts';

const TCP = 6;
const ICMP_V6 = 58;

describe('formatAddress', () => {
  it.each`
    hex                                   | text
    ${'00000000000000000000ffff0a000001'} | ${'10.0.0.1'}
    ${'00000000000000000000000000000000'} | ${'::'}
    ${'00000000000000000000000000000001'} | ${'::1'}
    ${'20010db8000000000000000000000001'} | ${'2001:db8::1'}
    ${'20010db8000100000000000000010001'} | ${'2001:db8:1::1:1'}
    ${'20010db8000000010001000100010001'} | ${'2001:db8:0:1:1:1:1:1'}
    ${'20010000000000010000000000000001'} | ${'2001:0:0:1::1'}
    ${'fe800000000000000000000000000000'} | ${'fe80::'}
    ${'00010002000300040005000600070008'} | ${'1:2:3:4:5:6:7:8'}
  `('renders $hex as $text', ({ hex, text }) => {
    expect(formatAddress(Buffer.from(hex, 'hex'))).toBe(text);
  });
});

describe('formatEndpoint', () => {
  it('puts brackets round IPv6 before a port, and gives ICMP none', () => {
    const v4 = Buffer.from('00000000000000000000ffff7f000001', 'hex');
    const v6 = Buffer.from('00000000000000000000000000000001', 'hex');

    expect(formatEndpoint(v4, 80, TCP)).toBe('127.0.0.1:80');
    expect(formatEndpoint(v6, 443, TCP)).toBe('[::1]:443');
    expect(formatEndpoint(v6, 0, ICMP_V6)).toBe('::1');
  });
});
