import { COLLECTOR_IDS, collectorIdSchema, DURATION_MS, PROBE_KINDS, probeKindSchema, RATE_HZ } from '@sonde/contract'
import { defaultPolicy, POLICY_RANGES, type Policy } from '@sonde/tracer'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'

const MiB = 1024 * 1024

const pattern = z.string().min(1).max(256)
const patterns = z.strictObject({ allow: z.array(pattern).max(500).optional(), deny: z.array(pattern).max(500).optional() }).optional()
const inRange = ({ min, max }: { min: number; max: number }) => z.number().min(min, `is at least ${min}`).max(max, `is at most ${max}`)
const whole = (range: { min: number; max: number }) => inRange(range).int('is a whole number').optional()

/** What may stand in policy.yaml: docs/policy.example.yaml explains each line. A word that is not known here makes the file unreadable. */
const policyFileSchema = z.strictObject({
  version: z.literal(1, 'must be 1'),
  probes: z
    .strictObject({
      kinds: z.array(probeKindSchema).optional(),
      tracepoints: patterns,
      kernelFunctions: patterns,
      binaries: patterns,
    })
    .nullish(),
  collectors: z.array(collectorIdSchema).optional(),
  scope: z
    .strictObject({
      containersOnly: z.boolean().optional(),
      uids: z.array(z.number().int().min(0).max(4_294_967_294)).min(1).max(64).optional(),
    })
    .nullish(),
  limits: z
    .strictObject({
      seconds: whole({ min: DURATION_MS.min / 1000, max: DURATION_MS.max / 1000 }),
      samplingHz: whole(RATE_HZ),
      concurrentCaptures: whole(POLICY_RANGES.concurrentCaptures),
      probesPerPattern: whole(POLICY_RANGES.probesPerPattern),
      gatewayGoneSeconds: whole(POLICY_RANGES.gatewayGoneSeconds),
    })
    .nullish(),
  budget: z
    .strictObject({
      hitsPerSecond: whole(POLICY_RANGES.hitsPerSecond),
      cores: inRange({ min: 0.01, max: 1024 }).optional(),
      memoryMiB: whole(POLICY_RANGES.memoryMiB),
      outputMiB: whole(POLICY_RANGES.outputMiB),
    })
    .nullish(),
})

/**
 * The text of a policy file → the policy; what it does not say is as in `defaultPolicy`. YAML 1.2 without aliases and with each key once.
 * @throws Error with one sentence that says where the text is wrong
 */
export function parsePolicy(text: string, source: string, host: { cpuCount: number; memoryBytes: number }): Policy {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    lineCounter: lines,
  })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) throw new Error(`line ${lines.linePos(problem.pos[0]).line}: ${problem.message}`)
  // No aliases: a small file could expand to any size.
  const parsed = policyFileSchema.safeParse(document.toJS({ maxAliasCount: 0 }))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new Error(`${issue?.path.join('.') || 'the whole file'}: ${issue?.message ?? 'not valid'}`)
  }
  // A section in which every line is commented out reads as null.
  const { collectors } = parsed.data
  const [probes, scope, limits, budget] = [
    parsed.data.probes ?? {},
    parsed.data.scope ?? {},
    parsed.data.limits ?? {},
    parsed.data.budget ?? {},
  ]
  const defaults = defaultPolicy(host)
  const seconds = (value: number | undefined, otherwiseMs: number) => (value === undefined ? otherwiseMs : value * 1000)
  return {
    source,
    probeKinds: probes.kinds ?? PROBE_KINDS,
    collectors: collectors ?? COLLECTOR_IDS,
    tracepoints: { ...defaults.tracepoints, ...withoutUndefined(probes.tracepoints) },
    kernelFunctions: { ...defaults.kernelFunctions, ...withoutUndefined(probes.kernelFunctions) },
    binaries: { ...defaults.binaries, ...withoutUndefined(probes.binaries) },
    containersOnly: scope.containersOnly ?? defaults.containersOnly,
    uids: scope.uids ?? defaults.uids,
    limits: {
      durationMs: seconds(limits.seconds, defaults.limits.durationMs),
      samplingHz: limits.samplingHz ?? defaults.limits.samplingHz,
      concurrentCaptures: limits.concurrentCaptures ?? defaults.limits.concurrentCaptures,
      probesPerPattern: limits.probesPerPattern ?? defaults.limits.probesPerPattern,
      gatewayGoneMs: seconds(limits.gatewayGoneSeconds, defaults.limits.gatewayGoneMs),
    },
    budget: {
      hitsPerSecond: budget.hitsPerSecond ?? defaults.budget.hitsPerSecond,
      cores: budget.cores ?? defaults.budget.cores,
      memoryBytes: budget.memoryMiB === undefined ? defaults.budget.memoryBytes : budget.memoryMiB * MiB,
      outputBytes: budget.outputMiB === undefined ? defaults.budget.outputBytes : budget.outputMiB * MiB,
    },
  }
}

function withoutUndefined(lists: z.infer<typeof patterns> = {}): { allow?: string[]; deny?: string[] } {
  return { ...(lists.allow && { allow: lists.allow }), ...(lists.deny && { deny: lists.deny }) }
}
