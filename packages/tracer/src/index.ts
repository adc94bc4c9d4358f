export { type CapturePlan, type CollectorPlan, commandsOf, resolvedProbesOf, type TraceScope } from './capture-plan.ts'
export type { CollectorActivity, CollectorResult } from './collectors/collector.ts'
export { detectFacts } from './host/detect-facts.ts'
export { listProcesses } from './host/list-processes.ts'
export { createLoadReader } from './host/load-reader.ts'
export { PerfDataError } from './perf-data/perf-data-error.ts'
export { type PlanOptions, planCapture, previewPlan } from './plan-capture.ts'
export { type BrakeView, type CaptureHooks, type CaptureOutcome, runCapture } from './run-capture.ts'
export { type PerfDataProfile, profilePerfData, type RawStack } from './stacks/profile-perf-data.ts'
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
} from './syscalls/bpftrace-json.ts'
export { errnoName, type SyscallArch, syscallName, syscallNumber } from './syscalls/syscall-names.ts'
export { TraceFailure, TraceRefusal } from './trace-errors.ts'
