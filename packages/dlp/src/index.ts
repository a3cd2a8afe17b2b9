export { DETECTORS, findDetector } from './detector/catalogue.ts';
export type { DetectorCategory, DetectorDescription, DetectorStrength } from './detector/description.ts';
export { DlpError, type DlpErrorCode } from './error.ts';
export {
  captureFinding,
  captureOcsf,
  compareFindings,
  type DetectedText,
  type DetectedTraffic,
  isAlarming,
  textFinding,
} from './report/finding.ts';
export { type FileEntry, jsonLine, jsonReport } from './report/json.ts';
export { jsonSchemas } from './report/json-schema.ts';
export { FindingEvidence, OCSF_VERSION, OcsfFinding, ocsfFinding } from './report/ocsf.ts';
export {
  CaptureCounts,
  CaptureFinding,
  CaptureReport,
  type FileFailure,
  SCHEMA_VERSION,
  TextCounts,
  TextFinding,
  TextReport,
} from './report/schema.ts';
export { captureTable, detectorTable, MAX_TABLE_ROWS, textTable } from './report/summary.ts';
export { renderTable } from './report/table.ts';
export {
  compileSensors,
  MAX_PROGRAM_SENSORS,
  type ProgramSensor,
  type SensorProgramInput,
  sensorNameOf,
} from './sensor/compile.ts';
export { DEFAULT_SENSORS } from './sensor/defaults.ts';
export { FILE_SECRETS } from './sensor/file-secrets.ts';
export { filesOf, type ReadSensorFile, withFiles } from './sensor/files.ts';
export { dataSensorDocument, dataSensorKind, parseDataSensor } from './sensor/kind.ts';
export { mayBeRefused } from './sensor/own-detectors.ts';
export { DataSensorDocument } from './sensor/schema.ts';
