import type { Sensor } from '@bulkhead/core';
import { compileSensors, mayBeRefused } from '@bulkhead/dlp';
import { explain } from '../error.ts';

/**
 * A line for each detector of the sensors' own that cannot be run, which only the inspector knows; of dictionaries and sets it has to
 * have what their files hold. Where no sensor has a detector of its own it is not loaded.
 */
export async function refusedDetectors(sensors: readonly Sensor[]): Promise<readonly string[]> {
  const own = sensors.filter(mayBeRefused);
  if (own.length === 0) return [];
  const { Program } = await import('@bulkhead/inspector');
  const compile = (sensor: Sensor): object => new Program(compileSensors([sensor]));
  const refusal = (sensor: Sensor): string | undefined => {
    try {
      compile(sensor);
      return undefined;
    } catch (error) {
      return `sensor ${sensor.name}: ${explain(error).message}`;
    }
  };
  return own.flatMap((sensor) => {
    const whole = refusal(sensor);
    if (whole === undefined) return [];
    // It stops at the first: each pattern alone says what is wrong with it.
    const { patterns = [] } = sensor;
    const alone = { ...sensor, detectors: [], literals: [], dictionaries: [], exactData: [] };
    const refused = patterns.flatMap((pattern) => refusal({ ...alone, patterns: [pattern] }) ?? []);
    return refused.length > 0 ? refused : [whole];
  });
}
