import { readFile } from 'node:fs/promises';
import type { Sensor } from '@bulkhead/core';
import { compileSensors, DEFAULT_SENSORS, dataSensorKind, type SensorProgramInput, withFiles } from '@bulkhead/dlp';
import { unreadableFile } from '../error.ts';
import { readSensorFile } from './sensor-file.ts';

/** Compiles the sensors of some files, or the default ones when no file is named. Every problem is reported at once. */
export async function loadProgram(files: readonly string[]): Promise<SensorProgramInput> {
  return compileSensors(files.length === 0 ? DEFAULT_SENSORS : await readSensors(files));
}

async function readSensors(files: readonly string[]): Promise<readonly Sensor[]> {
  const { loadDocuments, PolicyError } = await import('@bulkhead/policy');
  const sources = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'utf8').catch((cause: unknown) => {
        throw unreadableFile(file, cause);
      });
      return { file, text };
    }),
  );
  const documents = loadDocuments(sources, [dataSensorKind]);
  const sensors = documents.of(dataSensorKind).flatMap((document) => document.value ?? []);
  const empty = sources.filter(({ file }) => !documents.of(dataSensorKind).some(({ origin }) => origin.file === file));
  const problems = [
    ...documents.problems,
    ...(documents.problems.length > 0
      ? []
      : empty.map(({ file }) => ({ file, path: [], message: 'has no DataSensor in it' }))),
  ];
  if (problems.length > 0) throw new PolicyError(problems);
  return withFiles(sensors, readSensorFile);
}
