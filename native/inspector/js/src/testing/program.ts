import { Program, type SensorInput } from '../program.ts';

/** The number that every card scheme's documentation uses: it stands for no account. */
export const TEST_CARD = '4111111111111111';

export function programWith(...sensors: Partial<SensorInput>[]): Program {
  return new Program({ sensors: sensors.map(sensorWith), literals: [] });
}

function sensorWith(over: Partial<SensorInput>, i: number): SensorInput {
  return {
    name: `sensor-${i}`,
    detectors: ['payment-card'],
    minConfidence: 'medium',
    threshold: 1,
    action: 'alert',
    direction: 'both',
    ...over,
  };
}
