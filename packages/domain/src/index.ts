export { type App, type AppOptions, type Clock, createApp } from './app.ts'
export { askProcesses, previewCapture } from './ask-hosts.ts'
export { type Action, authorize, authorizePublic, PERMISSIONS } from './authorize.ts'
export { cancelCapture } from './cancel-capture.ts'
export { captureEndedAt, captureState } from './capture-state.ts'
export { deleteCapture } from './delete-capture.ts'
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
export { type CaptureProfile, readProfile, readProfileVersion } from './read-profile.ts'
export { readSyscalls } from './read-syscalls.ts'
export { removeHost } from './remove-host.ts'
export { rerunCapture } from './rerun-capture.ts'
export { startCapture } from './start-capture.ts'
export { watchCapture } from './watch-capture.ts'
