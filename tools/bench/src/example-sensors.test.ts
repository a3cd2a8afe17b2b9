import { compileSensors } from '@bulkhead/dlp';
import { expect, test } from 'vitest';
import { exampleSensors } from './example-sensors.ts';

test('the four large examples can be bound together, and have detectors of every kind', async () => {
  const { sensors } = compileSensors(await exampleSensors());
  const detectors = new Set(sensors.flatMap((sensor) => sensor.detectors));
  for (const id of ['payment-card', 'iban', 'postal-address', 'de-tax-id', 'us-npi', 'icd10-code', 'aws-secret-key'])
    expect(detectors).toContain(id);
});
