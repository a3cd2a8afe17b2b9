import { CONFIDENCES, SEVERITIES } from '@bulkhead/core';
import type { ImageSecret, ImageVulnerability } from '../known-image.ts';
import type { Packing } from './record-pool.ts';

/** In one byte: which severity it has, and what else is known. */
const SEVERITY_BITS = 0b0000_0111;
const WITH_FIX = 0b0000_1000;
const WITH_SCORE = 0b0001_0000;
const WITH_EPSS = 0b0010_0000;
const IS_KEV = 0b0100_0000;
const WITH_PUBLISHED = 0b1000_0000;

export const packedVulnerabilities: Packing<ImageVulnerability> = {
  pack({ id, package: named, severity, fix, score, epss, kev, published }, writer) {
    writer.byte(
      SEVERITIES.indexOf(severity) |
        (fix === undefined ? 0 : WITH_FIX) |
        (score === undefined ? 0 : WITH_SCORE) |
        (epss === undefined ? 0 : WITH_EPSS) |
        (kev === undefined ? 0 : IS_KEV) |
        (published === undefined ? 0 : WITH_PUBLISHED),
    );
    writer.text(id);
    writer.text(named);
    if (fix !== undefined) writer.text(fix);
    if (score !== undefined) writer.number(score);
    if (epss !== undefined) writer.number(epss);
    if (published !== undefined) writer.text(published);
  },
  unpack(reader) {
    const bits = reader.byte();
    const one: Writable<ImageVulnerability> = {
      id: reader.text(),
      package: reader.text(),
      severity: SEVERITIES[bits & SEVERITY_BITS] ?? 'unknown',
    };
    if ((bits & WITH_FIX) !== 0) one.fix = reader.text();
    if ((bits & WITH_SCORE) !== 0) one.score = reader.number();
    if ((bits & WITH_EPSS) !== 0) one.epss = reader.number();
    if ((bits & IS_KEV) !== 0) one.kev = true;
    if ((bits & WITH_PUBLISHED) !== 0) one.published = reader.text();
    return one;
  },
};

export const packedSecrets: Packing<ImageSecret> = {
  pack({ id, path, severity, confidence }, writer) {
    writer.byte(SEVERITIES.indexOf(severity));
    writer.byte(CONFIDENCES.indexOf(confidence));
    writer.text(id);
    writer.text(path);
  },
  unpack(reader) {
    const severity = SEVERITIES[reader.byte()] ?? 'unknown';
    const confidence = CONFIDENCES[reader.byte()] ?? 'low';
    return { id: reader.text(), path: reader.text(), severity, confidence };
  },
};

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
