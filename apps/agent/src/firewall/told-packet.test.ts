import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readToldPacket } from './told-packet.ts';

const V4 = [0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
const V6_ENDS = [2, 3].flatMap((host) => [0xfd, 0x66, ...Array.from({ length: 13 }, () => 0), host]);
const PORTS = [0x9c, 0x40, 0x1f, 0x90];

describe('readToldPacket', () => {
  it('reads the ends of TCP over IPv4, behind options too', () => {
    const ends = { protocol: 'tcp', source: '10.0.0.1', destination: '10.0.0.2' };
    const ports = { source: 40_000, destination: 8080 };
    expect(readToldPacket(Uint8Array.from([...V4, ...PORTS]))).toMatchObject({ ...ends, ports });
    const options = [0x46, ...V4.slice(1), 1, 1, 1, 1];
    expect(readToldPacket(Uint8Array.from([...options, ...PORTS]))).toMatchObject({ ...ends, ports });
  });

  it('reads UDP over IPv6 behind extension headers, with its payload', () => {
    const head = [0x60, 0, 0, 0, 0, 0, 0, 64, ...V6_ENDS];
    const packet = [...head, 17, 0, ...Array.from({ length: 6 }, () => 0), ...PORTS, 0, 9, 0, 0, 7];
    expect(readToldPacket(Uint8Array.from(packet))).toEqual({
      protocol: 'udp',
      source: 'fd66::2',
      destination: 'fd66::3',
      ports: { source: 40_000, destination: 8080 },
      payload: Uint8Array.of(7),
    });
  });

  it('finds no ports in a later fragment, nor where the packet is cut short', () => {
    const fragment = V4.with(7, 5);
    expect(readToldPacket(Uint8Array.from([...fragment, ...PORTS]))).not.toHaveProperty('ports');
    expect(readToldPacket(Uint8Array.from([...V4, 1, 2]))).not.toHaveProperty('ports');
    const v6 = [0x60, 0, 0, 0, 0, 0, 44, 64, ...V6_ENDS, 6, 0, 0, 8, 0, 0, 0, 1, ...PORTS];
    expect(readToldPacket(Uint8Array.from(v6))).not.toHaveProperty('ports');
  });

  it('names other protocols, and refuses what is no packet', () => {
    expect(readToldPacket(Uint8Array.from(V4.with(9, 1)))?.protocol).toBe('icmp');
    expect(readToldPacket(Uint8Array.from(V4.with(9, 132)))?.protocol).toBe('protocol 132');
    expect(readToldPacket(Uint8Array.from(V4.with(0, 0x4f)))).toBeUndefined();
    expect(readToldPacket(Uint8Array.from([0x60, ...V4.slice(1)]))).toBeUndefined();
    expect(readToldPacket(new Uint8Array())).toBeUndefined();
  });

  it('never throws', () => {
    const some = fc.tuple(fc.constantFrom([0x45], [0x60], []), fc.uint8Array({ maxLength: 120 }));
    fc.assert(
      fc.property(some, ([first, rest]) => {
        const read = readToldPacket(Uint8Array.from([...first, ...rest]));
        expect(read?.payload.length ?? 0).toBeLessThan(121);
      }),
    );
  });
});
