import * as z from 'zod'
import { forecastSchema } from './forecast.ts'
import { collectorIdSchema } from './instrument.ts'
import { probeKindSchema } from './probe.ts'
import { hostText, idSchema, labelsSchema } from './text.ts'

/** What a host can do. The agent tests each one for real at start and says why one is missing. */
export const CAPABILITY_IDS = [
  'perf',
  'bpftrace',
  'bpf-helper',
  'stacks',
  'syscalls',
  'offcpu',
  'tracepoints',
  'kprobes',
  'uprobes',
  'hardware-pmu',
  'btf',
] as const
export const capabilityIdSchema = z.enum(CAPABILITY_IDS)
export type CapabilityId = z.infer<typeof capabilityIdSchema>

/** `reason` says why it is missing, `remedy` what would bring it, both plain sentences; both null where it is available. */
export const capabilitySchema = z.object({
  id: capabilityIdSchema,
  available: z.boolean(),
  reason: hostText(400).nullable(),
  remedy: hostText(400).nullable(),
})
export type Capability = z.infer<typeof capabilitySchema>

export const toolSchema = z.object({ name: hostText(64), version: hostText(128).nullable(), path: hostText(512).nullable() })
export type Tool = z.infer<typeof toolSchema>

/**
 * What the host's own policy allows, whatever the server asks for (docs/SECURITY.md). The agent decides by the policy itself; this is a
 * summary, so that what would be refused can be greyed out beforehand.
 */
export const hostPolicySchema = z.object({
  /** The file that says so; null: there is none, and the built-in defaults hold. */
  source: hostText(512).nullable(),
  /** What is wrong with the file, as a sentence; everything is refused while it is. */
  problem: hostText(500).nullable(),
  probeKinds: z.array(probeKindSchema).max(16),
  collectors: z.array(collectorIdSchema).max(16),
  containersOnly: z.boolean(),
  /** Only what runs as one of these users may be traced; null: anyone. */
  uids: z.array(z.number().int().nonnegative()).max(64).nullable(),
  limits: z.object({
    durationMs: z.number().int().positive(),
    samplingHz: z.number().int().positive(),
    concurrentCaptures: z.number().int().positive(),
    probesPerPattern: z.number().int().positive(),
    gatewayGoneMs: z.number().int().positive(),
  }),
  budget: forecastSchema.shape.budget,
  /** Every rule that is stricter than the defaults, a sentence each. */
  rules: z.array(hostText(300)).max(64),
  /** The tracers' own cgroup with the budget as hard limits, or why there is none. */
  cgroup: hostText(512).nullable(),
  cgroupProblem: hostText(400).nullable(),
})
export type HostPolicy = z.infer<typeof hostPolicySchema>

/** Facts change rarely (a reboot, an upgrade); the agent sends them at enrolment and whenever they differ. */
export const hostFactsSchema = z.object({
  hostname: hostText(253),
  /** `ID` and `VERSION_ID` of os-release, as in "debian 12". */
  os: hostText(128),
  /** `uname -r` */
  kernel: hostText(128),
  arch: z.enum(['x64', 'arm64', 'other']),
  cpuModel: hostText(256),
  cpuCount: z.number().int().min(1).max(65_536),
  memoryBytes: z.number().int().nonnegative(),
  /** /proc/sys/kernel/random/boot_id: two equal values mean the host was not rebooted in between. */
  bootId: hostText(64),
  agentVersion: hostText(64),
  tools: z.array(toolSchema).max(32),
  capabilities: z.array(capabilitySchema).max(64),
  /** Absent: the agent is of a version that had no policy. */
  policy: hostPolicySchema.optional(),
})
export type HostFacts = z.infer<typeof hostFactsSchema>

const pressureShare = z.number().min(0).max(100).nullable()

/** Sent with every heartbeat (10 s). Load averages are runnable + uninterruptible tasks over 1, 5, 15 minutes. */
export const hostLoadSchema = z.object({
  load1: z.number().nonnegative(),
  load5: z.number().nonnegative(),
  load15: z.number().nonnegative(),
  /** Share of all CPUs' time since the last heartbeat that was not idle, 0..1. Null at the first one. */
  cpuBusy: z.number().min(0).max(1).nullable(),
  /** Share of all CPUs' time since the last heartbeat spent waiting for I/O, 0..1. */
  ioWait: z.number().min(0).max(1).nullable(),
  memoryUsedBytes: z.number().int().nonnegative(),
  /** Runnable tasks for each CPU at that moment, the agent's own aside. This and what follows: absent where the agent is older. */
  runQueue: z.number().nonnegative().nullable().optional(),
  /** Pressure stall information, `some avg10` of /proc/pressure/*, in percent; null: the kernel does not say, `pressureProblem` why. */
  pressure: z.object({ cpu: pressureShare, memory: pressureShare, io: pressureShare }).optional(),
  pressureProblem: hostText(300).nullable().optional(),
})
export type HostLoad = z.infer<typeof hostLoadSchema>

/** A host is online while its last heartbeat is younger than this. */
export const HOST_ONLINE_MS = 30_000

export const hostViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  labels: labelsSchema,
  facts: hostFactsSchema,
  load: hostLoadSchema.nullable(),
  online: z.boolean(),
  lastSeenAt: z.date().nullable(),
  enrolledAt: z.date(),
})
export type HostView = z.infer<typeof hostViewSchema>

/** One row of a host's live process list. CPU share is of one core since the process list was last taken (≥ 200 ms). */
export const processRowSchema = z.object({
  pid: z.number().int().positive(),
  ppid: z.number().int().nonnegative(),
  /** Kernel comm, at most 15 bytes. */
  comm: hostText(64),
  /** argv joined with spaces, cut. */
  command: hostText(512),
  user: hostText(64),
  /** CPU cores used, 0..cpuCount. */
  cpu: z.number().nonnegative(),
  rssBytes: z.number().int().nonnegative(),
  /** Path below the cgroup v2 root, "/" for the root; null where cgroup v2 is missing. */
  cgroup: hostText(512).nullable(),
})
export type ProcessRow = z.infer<typeof processRowSchema>
export const processListSchema = z.object({ takenAtMs: z.number(), rows: z.array(processRowSchema).max(20_000), truncated: z.boolean() })
export type ProcessList = z.infer<typeof processListSchema>
