import { type CaptureSpec, type CaptureView, specOfRecipe, type TargetView } from '@sonde/contract'

/** A host's part of a capture, for tests: waiting, with nothing to say, but for what is given. */
export const targetOf = (over: Partial<TargetView> = {}): TargetView => ({
  hostId: 'host1',
  hostName: 'host1',
  state: 'queued',
  cancelRequested: false,
  attempt: 1,
  reason: null,
  message: null,
  startedAt: null,
  endedAt: null,
  recordedMs: null,
  chunks: 0,
  bytes: 0,
  quality: null,
  commands: [],
  ...over,
})

/** A running capture of 30 s with these targets, for tests. */
export const captureOf = (targets: TargetView[], spec: CaptureSpec = specOfRecipe('cpu-profile', { durationMs: 30_000 })): CaptureView => ({
  id: 'capture1',
  title: '',
  spec,
  recipeTitle: null,
  source: null,
  reason: null,
  state: 'running',
  createdAt: new Date(0),
  createdBy: { id: 'u', name: 'u' },
  endedAt: null,
  targets,
  resultVersion: { profile: 0, syscalls: 0, offcpu: 0, counts: 0, latency: 0, events: 0, counters: 0 },
  serverNow: new Date(0),
})
