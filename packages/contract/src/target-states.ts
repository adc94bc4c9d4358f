/** A target is one capture on one host. `queued → offered → accepted → running → uploading → done`, or one of five other ends. */
export const TARGET_STATES = [
  'queued',
  'offered',
  'accepted',
  'running',
  'uploading',
  'done',
  'refused',
  'failed',
  'cancelled',
  'expired',
  'lost',
] as const
export type TargetState = (typeof TARGET_STATES)[number]

/** States that nothing leaves. */
export const FINAL_STATES = ['done', 'refused', 'failed', 'cancelled', 'expired', 'lost'] as const satisfies readonly TargetState[]
export const isFinal = (s: TargetState): boolean => (FINAL_STATES as readonly TargetState[]).includes(s)

/**
 * Why a target was refused or failed: a closed list, so that the UI can say what to do. The agent's own words go in `message`.
 */
export const TARGET_REASONS = {
  'perf-missing': 'perf is not installed on this host, or does not work there',
  'bpftrace-missing': 'bpftrace is not installed on this host, or does not work there',
  'capability-missing': 'this host cannot run what the recipe needs',
  'no-process': 'no process on this host matches the filter',
  'process-exited': 'the traced process ended before anything was recorded',
  'probe-missing': 'this host does not have the probe',
  'probe-denied': 'this probe must not be attached, it could hurt the host',
  'too-many-probes': 'the pattern matches more probes than may be attached at once',
  'over-budget': 'the probes fire more often than the host allows',
  'gateway-gone': 'the agent lost the server while the capture ran, and stopped for safety',
  policy: "the host's own policy does not allow it",
  disabled: 'tracing is switched off on this host',
  busy: 'the host already runs as many captures as it may',
  'disk-full': 'the host ran out of disk space for the result',
  'agent-restarted': 'the agent was restarted while the capture ran',
  'agent-shutdown': 'the agent was stopped while the capture ran',
  'tool-failed': 'the tracing tool ended with an error',
  'nothing-attached': 'the tracing tool attached no probe',
  'upload-rejected': 'the server refused the result',
  'bad-spec': 'the agent could not read the request',
  'host-offline': 'the host was not connected, and did not come back in time',
  'lease-expired': 'the agent stopped answering while the capture ran',
  internal: 'the agent hit an error of its own',
} as const
export type TargetReason = keyof typeof TARGET_REASONS

/** What a person may do about each reason; shown under it. */
export const TARGET_REMEDIES: Record<TargetReason, string> = {
  'perf-missing': 'Install it (Debian: apt-get install linux-perf), then restart the agent.',
  'bpftrace-missing': 'Install it (Debian: apt-get install bpftrace), then restart the agent.',
  'capability-missing': 'The host page says what is missing and what would bring it.',
  'no-process': 'Pick a process from the live list, or start the capture without a filter.',
  'process-exited': 'Start the process again and capture it while it runs.',
  'probe-missing': 'Search for the probe again with this host picked; kernels and builds differ.',
  'probe-denied': 'Pick another function; a caller or callee of it usually answers the same question.',
  'too-many-probes': 'Make the pattern narrower.',
  'over-budget': 'Filter by process, add a condition, pick a rarer probe, or have the budget in /etc/sonde/policy.yaml raised.',
  'gateway-gone': 'Check that the agent reaches the gateway. What was recorded is uploaded when it is back.',
  policy: 'Ask whoever administers the host: /etc/sonde/policy.yaml says what is allowed.',
  disabled: 'Remove /run/sonde/disabled on the host.',
  busy: 'Wait for the running capture to end, or cancel it.',
  'disk-full': "Free some space in the agent's data folder, then run it again.",
  'agent-restarted': 'Run it again.',
  'agent-shutdown': 'Start the agent, then run it again.',
  'tool-failed': "The tool's own message is shown here; the commands that ran are on this page.",
  'nothing-attached': "The tool's own message is shown here; the commands that ran are on this page.",
  'upload-rejected': 'Run it again; if it happens again, server and agent may be of different versions.',
  'bad-spec': 'Server and agent may be of different versions: upgrade the older one.',
  'host-offline': 'Check that the agent runs and reaches the gateway.',
  'lease-expired': 'Check that the agent runs and reaches the gateway. Had it recorded anything, it uploads it when it is back.',
  internal: "The agent's log has the details.",
}
