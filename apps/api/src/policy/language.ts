import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import type { SensorLanguage } from '@bulkhead/policy';

/** How documents of sensors are read, and which sensors are there without one. */
export const LANGUAGE: SensorLanguage = { kind: dataSensorKind, provided: DEFAULT_SENSORS };
