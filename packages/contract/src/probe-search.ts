import * as z from 'zod'
import { binaryRefSchema, probeKindSchema, probeSchema } from './probe.ts'
import { hostText, idSchema } from './text.ts'

/**
 * What the probe finder asks and gets: over everything that the picked hosts offer, from the catalogues that their agents sent
 * (tracepoints, kernel functions, events) or, for one binary, from the host itself.
 */
export const probeSearchInputSchema = z.object({
  hostIds: z.array(idSchema).min(1).max(500),
  /** Words that all occur in the probe's name; empty: the first ones there are. */
  text: z.string().max(200),
  /** Empty or absent: every kind. */
  kinds: z.array(probeKindSchema).max(5).optional(),
  limit: z.number().int().min(1).max(500).default(100),
})
export type ProbeSearchInput = z.input<typeof probeSearchInputSchema>

/** User functions and USDT probes of one binary, as the hosts have it now: asked from their agents. */
export const binarySearchInputSchema = probeSearchInputSchema.extend({ binary: binaryRefSchema })
export type BinarySearchInput = z.input<typeof binarySearchInputSchema>

/** Exactly these probes, for a form that was opened from a link. */
export const probeDescribeInputSchema = z.object({
  hostIds: z.array(idSchema).min(1).max(500),
  probes: z.array(probeSchema).min(1).max(32),
})
export type ProbeDescribeInput = z.input<typeof probeDescribeInputSchema>

/** What a value of the probe is good for: numbers are compared, summed and grouped by; text is compared and grouped by. */
export const ARGUMENT_SORTS = ['number', 'text', 'pointer', 'other'] as const
export const probeArgumentSchema = z.object({
  /** As in `args.NAME`. */
  name: hostText(64),
  /** As it was declared: `const char *`. */
  cType: hostText(200),
  sort: z.enum(ARGUMENT_SORTS),
})
export type ProbeArgumentView = z.infer<typeof probeArgumentSchema>

export const probeHitSchema = z.object({
  /** As a spec would have it; entry where a function has two ends. */
  probe: probeSchema,
  /** As people read it: demangled where the symbol is not. */
  name: hostText(1024),
  /** Where it lies: the tracepoint's category, the binary's name, the provider; '' where there is no such thing. */
  group: hostText(256),
  arguments: z.array(probeArgumentSchema).max(64),
  /** Null: not known, or nothing is returned. */
  returnType: hostText(200).nullable(),
  /** What is known about it in words: a tracepoint's print format, an event's description. */
  doc: hostText(2000).nullable(),
  /** On how many of the asked hosts it is; and why it is not on the others, the first few of them. */
  onHosts: z.number().int().nonnegative(),
  missing: z.array(z.object({ hostId: idSchema, hostName: z.string(), reason: hostText(400) })).max(20),
  /** Why it must not be attached (deny list, no symbol, an inlined function); null: it may. */
  denied: hostText(400).nullable(),
})
export type ProbeHit = z.infer<typeof probeHitSchema>

/**
 * What of a host the answer knows. ready: its catalogue is here. building: the agent is reading it. unavailable: there is none, and
 * `message` says why and what to do (offline since before, an old agent, the host did not answer).
 */
export const probeHostStateSchema = z.object({
  hostId: idSchema,
  hostName: z.string(),
  state: z.enum(['ready', 'building', 'unavailable']),
  message: hostText(400).nullable(),
})

export const probeSearchResultSchema = z.object({
  hits: z.array(probeHitSchema).max(500),
  /** How many match in all. */
  total: z.number().int().nonnegative(),
  /** How many there are to search. */
  searched: z.number().int().nonnegative(),
  hosts: z.array(probeHostStateSchema).max(500),
})
export type ProbeSearchResult = z.infer<typeof probeSearchResultSchema>
