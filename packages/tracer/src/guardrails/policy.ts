import type { CollectorId, Forecast, ProbeKind } from '@sonde/contract'
import { COLLECTOR_IDS, DURATION_MS, PROBE_KINDS, RATE_HZ } from '@sonde/contract'

/** What a capture may cost this host while it runs. Rates are over all CPUs; cores are of one CPU (1 = a whole one). */
export type Budget = Forecast['budget']

/** Names with `*` for any characters. What `deny` matches is denied even where `allow` matches too. */
export type NamePatterns = { allow: readonly string[]; deny: readonly string[] }

/** What the host allows, whatever the server asks for. It comes from /etc/sonde/policy.yaml, or is `defaultPolicy`. */
export type Policy = {
  /** The file it was read from; null where there is none and the defaults hold. */
  source: string | null
  probeKinds: readonly ProbeKind[]
  collectors: readonly CollectorId[]
  /** `category:name` of tracepoints. */
  tracepoints: NamePatterns
  kernelFunctions: NamePatterns
  /** Absolute paths of the files that user-space probes lie in, links resolved. */
  binaries: NamePatterns
  /** Captures must be of one container. */
  containersOnly: boolean
  /** Captures must be of one of these users; null: of anyone. */
  uids: readonly number[] | null
  limits: {
    durationMs: number
    /** Timed samples per second and CPU. */
    samplingHz: number
    concurrentCaptures: number
    /** How many probes a name with `*` may stand for. */
    probesPerPattern: number
    /** Recording stops when the gateway was out of reach for so long. */
    gatewayGoneMs: number
  }
  budget: Budget
}

const MiB = 1024 * 1024
/** Limits of what a policy file may say, so that a slip of the pen is refused and not obeyed. */
export const POLICY_RANGES = {
  concurrentCaptures: { min: 1, max: 16, default: 2 },
  probesPerPattern: { min: 1, max: 500, default: 50 },
  gatewayGoneSeconds: { min: 15, max: 3600, default: 120 },
  hitsPerSecond: { min: 1, max: 100_000_000, default: 1_000_000 },
  outputMiB: { min: 1, max: 1024, default: 256 },
  memoryMiB: { min: 64, max: 65_536, default: 1024 },
} as const

/**
 * What holds where no policy file exists. Cores: half a core, or a twentieth of the host where that is more. Memory: 1 GiB, or a quarter
 * of the host's where that is less.
 */
export function defaultPolicy(host: { cpuCount: number; memoryBytes: number }): Policy {
  return {
    source: null,
    probeKinds: PROBE_KINDS,
    collectors: COLLECTOR_IDS,
    tracepoints: { allow: ['*'], deny: [] },
    kernelFunctions: { allow: ['*'], deny: [] },
    binaries: { allow: ['*'], deny: [] },
    containersOnly: false,
    uids: null,
    limits: {
      durationMs: DURATION_MS.max,
      samplingHz: RATE_HZ.max,
      concurrentCaptures: POLICY_RANGES.concurrentCaptures.default,
      probesPerPattern: POLICY_RANGES.probesPerPattern.default,
      gatewayGoneMs: POLICY_RANGES.gatewayGoneSeconds.default * 1000,
    },
    budget: {
      hitsPerSecond: POLICY_RANGES.hitsPerSecond.default,
      cores: Math.max(0.5, host.cpuCount / 20),
      memoryBytes: Math.max(
        POLICY_RANGES.memoryMiB.min * MiB,
        Math.min(POLICY_RANGES.memoryMiB.default * MiB, Math.floor(host.memoryBytes / 4)),
      ),
      outputBytes: POLICY_RANGES.outputMiB.default * MiB,
    },
  }
}

/** Which pattern decides about a name: a denying one, else an allowing one; `pattern` null where nothing allows it. */
export function decidePattern(patterns: NamePatterns, names: readonly string[]): { allowed: boolean; pattern: string | null } {
  const denying = patterns.deny.find((pattern) => names.some((name) => matchesPattern(pattern, name)))
  if (denying !== undefined) return { allowed: false, pattern: denying }
  // The last name is the one that counts: see allowedBinary.
  const allowing = patterns.allow.find((pattern) => matchesPattern(pattern, names.at(-1) ?? ''))
  return { allowed: allowing !== undefined, pattern: allowing ?? null }
}

/** `*` stands for any characters, everything else for itself. Linear in the length of the text, whatever the pattern. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return pattern === text
  if (!text.startsWith(first)) return false
  const last = rest.pop() ?? ''
  let at = first.length
  for (const piece of rest) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
