export type { Advisory, AffectedPackage, RangeEvent, VersionRange } from './advisory/advisory.ts';
export type { AdvisorySource } from './advisory/ports.ts';
export { rateScore, scoreVector } from './cvss/score.ts';
export { readFindings, readIgnoreFile, readSbom, readVex, scanJsonSchemas } from './documents.ts';
export { type EndOfLife, endOfLife } from './end-of-life/end-of-life.ts';
export { ScanError, type ScanErrorCode } from './error.ts';
export type {
  Finding,
  MatchExplanation,
  MisconfigurationFinding,
  Risk,
  SecretFinding,
  Suppression,
  VulnerabilityFinding,
} from './finding/finding.ts';
export { applyIgnoreEntries, type IgnoreEntry, type IgnoreOutcome } from './ignore/ignore.ts';
export type { Image, ImageConfig, LayerDescriptor } from './image/image.ts';
export type { FileOwner, Inventory, RunningKernel } from './image/inventory.ts';
export { LAYER_REPORT_VERSION, layerCacheKey } from './image/layer-cache-key.ts';
export { LayerFlights } from './image/layer-flights.ts';
export type { FileFacts, LayerReport, Link } from './image/layer-report.ts';
export type {
  ContentSink,
  EntryVisitor,
  ImageSource,
  LayerCache,
  LayerRead,
  TreeRead,
  TreeSource,
} from './image/ports.ts';
export { type ImageScan, type LayerScanTime, type ScanOptions, scanImage } from './image/scan-image.ts';
export { scanTree, type TreeScan, type TreeScanOptions } from './image/scan-tree.ts';
export { READER_SUBJECTS, type ReaderSubject, readersFor } from './inventory/readers-for.ts';
export { type MatchOptions, type MatchResult, matchInventory } from './match/match-inventory.ts';
export type { MisconfigurationRule } from './misconfiguration/rule.ts';
export { misconfigurationFindings, misconfigurationReaders, misconfigurationRules } from './misconfigurations.ts';
export { chooseOsRelease, type OsRelease } from './package/os-release.ts';
export {
  type LocatedPackage,
  type Location,
  PACKAGE_TYPES,
  type Package,
  type PackageType,
  type SourcePackage,
} from './package/package.ts';
export { type ParsedPurl, type PurlDistribution, parsePurl, parseSourceRpm, toPurl } from './package/purl.ts';
export type { Fact, FoundPackage, Misconfiguration, SecretMatch } from './reader/fact.ts';
export { GAP_CODES, type Gap, type GapCode } from './reader/gap.ts';
export type { FileEntry, FileReading, Reader, ReadResult, StreamReader, WholeFileReader } from './reader/reader.ts';
export type { CrawlPorts } from './registry/crawl-ports.ts';
export type { CrawlReport } from './registry/crawl-record.ts';
export { type CrawlOptions, crawlReference, crawlRegistry } from './registry/crawl-registry.ts';
export { isWanted, matchesPattern, type NameFilter } from './registry/name-pattern.ts';
export { type DatabaseChange, planRescan } from './registry/plan-rescan.ts';
export { platformOf } from './registry/platform.ts';
export type {
  CrawlNote,
  ImageInspector,
  InventoryJudge,
  RegistryCatalog,
  RegistryStatus,
  RegistryStore,
  ScanRequests,
  ScanStore,
  TagSighting,
  WantedImages,
} from './registry/ports.ts';
export {
  type ImageDifference,
  type RescanOptions,
  type RescanPorts,
  type RescanReport,
  type RescanRequest,
  rescan,
  rescanLine,
} from './registry/rescan.ts';
export { type ScanOutcome, type ScanPorts, scanRegistryImage } from './registry/scan-image.ts';
export type { SignatureTrust, SignatureTrustStore } from './registry/signature-trust.ts';
export type {
  Affection,
  Difference,
  ImagePlace,
  ImageScanner,
  Judgement,
  PackageKey,
  PlatformImage,
  RootedSigner,
  ScanEvent,
  SignatureCheck,
  StoredScan,
  WantedImage,
} from './registry/stored-scan.ts';
export { EVERY_IMAGE } from './registry/stored-scan.ts';
export type { WatchedRegistry } from './registry/watched-registry.ts';
export { explainFindings, hasName } from './report/explain/explain.ts';
export { REPORT_FORMATS, type ReportFormat, type ReportOptions, type ReportText } from './report/format.ts';
export { ageInDays, lateByDays } from './report/model/age.ts';
export { buildReport, type FindingFilter, filterFindings, type ReportParts } from './report/model/build-report.ts';
export { renderReport } from './report/render.ts';
export type { Dockerfile } from './report/sarif/dockerfile.ts';
export type { DatabaseStatus, ScanReport, ScanSubject } from './report/scan-report.ts';
export type { ReadSbom } from './sbom/read-sbom.ts';
export type { FoundSecret, SecretScan, SecretScanner } from './secret/ports.ts';
export { SEVERITY_BY_DETECTOR, secretFindings } from './secret/secret-findings.ts';
export { secretReader } from './secret/secret-reader.ts';
export { SECRET_SKIPS, type SecretSkip } from './secret/skips.ts';
export { applyVex } from './vex/apply.ts';
export type { VexSubject } from './vex/product.ts';
export type { VexStatement } from './vex/statement.ts';
