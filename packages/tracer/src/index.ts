export { PerfDataError } from '@sonde/profile/perf-data'
export {
  BpftraceJsonStream,
  type BpftraceMessage,
  type HistogramBucket,
  type Keyed,
  log2Bucket,
  type MapValue,
  parseBpftraceJson,
  type Stats,
  splitMapKey,
} from './bpftrace/bpftrace-json.ts'
export { type CapturePlan, type CollectorPlan, commandsOf, resolvedProbesOf, type TraceScope } from './capture-plan.ts'
export type { CollectorActivity, CollectorResult } from './collectors/collector.ts'
export { readBinaryCatalogue } from './discovery/binary-catalogue.ts'
export { BinaryRefusal } from './discovery/binary-refusal.ts'
export type { CatalogueText } from './discovery/catalogue-text.ts'
export { checkBinary } from './discovery/check-binary.ts'
export { debugFilePath } from './discovery/debug-file.ts'
export { ElfError } from './discovery/elf/elf-error.ts'
export { readKernelCatalogues } from './discovery/kernel-catalogues.ts'
export { type ResolvedBinary, resolveBinary } from './discovery/resolve-binary.ts'
export { afterBootTime, bootMs } from './guardrails/boot-clock.ts'
export { type Confinement, makeTracerCgroup } from './guardrails/confine-tracers.ts'
export { deniedKernelFunction } from './guardrails/deny-list.ts'
export { forecastCapture, type Guard, planWithin, previewWithin, runWithin } from './guardrails/guarded-capture.ts'
export { type Budget, defaultPolicy, type NamePatterns, POLICY_RANGES, type Policy } from './guardrails/policy.ts'
export { BuildWatch } from './host/build-watch.ts'
export { detectFacts } from './host/detect-facts.ts'
export { listProcesses } from './host/list-processes.ts'
export { createLoadReader } from './host/load-reader.ts'
export { createThresholdReader } from './host/threshold-reader.ts'
export { type Attempt, tryCommand } from './host/try-command.ts'
export { type SweptProbes, sweepProbes } from './native/probe-guard.ts'
export { type PlanOptions, planCapture } from './plan-capture.ts'
export { type BrakeView, type CaptureHooks, type CaptureOutcome, runCapture } from './run-capture.ts'
export { type PerfDataProfile, profilePerfData, type RawStack } from './stacks/profile-perf-data.ts'
export { errnoName, type SyscallArch, syscallName, syscallNumber } from './syscalls/syscall-names.ts'
export { TraceFailure, TraceRefusal } from './trace-errors.ts'
