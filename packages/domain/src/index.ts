export { acceptTarget } from './accept-target.ts'
export { type AgentHost, authenticateAgent } from './agent-host.ts'
export { answerQuery } from './answer-query.ts'
export { type App, type AppOptions, type Clock, createApp } from './app.ts'
export { askProcesses, previewCapture } from './ask-hosts.ts'
export { type Action, authorize, authorizePublic, PERMISSIONS } from './authorize.ts'
export { cancelCapture } from './cancel-capture.ts'
export { captureEndedAt, captureState } from './capture-state.ts'
export { claimWork, hostsWithWork, reportActive } from './claim-work.ts'
export { deleteCapture } from './delete-capture.ts'
export { endTarget } from './end-target.ts'
export { enrolHost } from './enrol-host.ts'
export { finishTarget } from './finish-target.ts'
export { FORECAST_TIMEOUT_MS, forecastCapture } from './forecast-capture.ts'
export { getCapture } from './get-capture.ts'
export { getHost } from './get-host.ts'
export { acceptInvite, checkInvite, createSetupLink, invitePerson, type NewInvite } from './invites.ts'
export {
  createJoinToken,
  createJoinTokenInputSchema,
  issueJoinToken,
  type JoinTokenView,
  joinTokenViewSchema,
  listJoinTokens,
  type NewJoinToken,
  revokeJoinToken,
} from './join-tokens.ts'
export { listCaptures } from './list-captures.ts'
export { listHosts } from './list-hosts.ts'
export { isSetupNeeded, listPeople, readSession } from './people.ts'
export { readCounters } from './read-counters.ts'
export { readCounts } from './read-counts.ts'
export { readEvents } from './read-events.ts'
export { readLatency } from './read-latency.ts'
export { type CaptureProfile, type ProfileInput, type ProfileKind, readProfile, readProfileVersion } from './read-profile.ts'
export { readSyscalls } from './read-syscalls.ts'
export { type Reaped, reapTargets } from './reap-targets.ts'
export { recordHeartbeat } from './record-heartbeat.ts'
export { removeHost } from './remove-host.ts'
export { rerunCapture } from './rerun-capture.ts'
export { runTarget } from './run-target.ts'
export { startCapture } from './start-capture.ts'
export { type ChunkUpload, rejectChunk, storeChunk, tooLarge } from './store-chunk.ts'
export { ACTIVE_STATES, INGEST_STATES, PATIENCE_MS, TARGET_TRANSITIONS, type TransitionName } from './target-transitions.ts'
export { watchCapture } from './watch-capture.ts'
