import type { TargetState } from '@sonde/contract'

/** How long things may take before the reaper acts, ms. */
export const PATIENCE_MS = {
  /** From an offer (the answer to a poll) to the agent's accept. */
  offer: 15_000,
  /** Queued for a host that is not connected. */
  offlineHost: 60_000,
  /** Queued for a host that is connected and still does not take it. */
  queue: 10 * 60_000,
  /** Beyond a capture's duration: attaching, reading out, clock differences. */
  lease: 60_000,
  /** A lease can be extended by an agent that is still at it, up to accepted + 2 × duration + this. */
  extension: 10 * 60_000,
  /** From a cancel to the server's own word, when the host is not connected. */
  cancelOffline: 10_000,
  /** The same when it is. */
  cancel: 60_000,
} as const

/** SQL: the duration that was asked for, as an interval. */
const DURATION = `(SELECT (spec->>'durationMs')::int FROM captures WHERE id = targets.capture_id) * interval '1 ms'`
const DEADLINE = `lease_until = now() + ${DURATION} + interval '${PATIENCE_MS.lease} ms'`
const END = 'ended_at = now()'

/**
 * Every way a target changes its state. Nothing else writes `targets.state`; each is one `UPDATE … WHERE state IN (from)`
 * (transition-target.ts), so that of two that race exactly one wins.
 *
 *   queued ⇄ offered → accepted → running → uploading → done
 *
 * Final states are left by nothing, with one exception. `lost` is the server's guess about an agent that it does not hear;
 * the agent's own word, once it is back with a result or a reason, replaces the guess: lost → done, failed, cancelled.
 * Without it a recording that survived a network outage would be thrown away.
 *
 * `stamp`: columns that change with it, as SQL.
 */
export const TARGET_TRANSITIONS = {
  /** The gateway answers the host's poll with it. */
  offer: { from: ['queued'], to: 'offered', stamp: 'offered_at = now()' },
  /** The offer was not accepted in time (the answer got lost): it is offered again. Same attempt, so that the agent's journal knows it. */
  takeBack: { from: ['offered'], to: 'queued', stamp: '' },
  accept: { from: ['offered'], to: 'accepted', stamp: `accepted_at = now(), ${DEADLINE}` },
  /** Probes are attached. */
  run: { from: ['accepted'], to: 'running', stamp: `started_at = now(), ${DEADLINE}` },
  /** The recording has ended, the manifest is known. */
  upload: { from: ['running'], to: 'uploading', stamp: `lease_until = GREATEST(lease_until, now() + interval '${PATIENCE_MS.lease} ms')` },
  /** The server holds every chunk of the manifest, with its hash. */
  complete: { from: ['uploading', 'lost'], to: 'done', stamp: `${END}, reason = NULL, message = NULL` },
  refuse: { from: ['offered', 'accepted'], to: 'refused', stamp: END },
  fail: { from: ['offered', 'accepted', 'running', 'uploading', 'lost'], to: 'failed', stamp: END },
  /** The agent stopped because it was asked to; what it recorded stays. */
  stop: { from: ['offered', 'accepted', 'running', 'uploading', 'lost'], to: 'cancelled', stamp: `${END}, reason = NULL` },
  /** Cancelled by a person before any host took it. */
  withdraw: { from: ['queued', 'offered'], to: 'cancelled', stamp: `${END}, cancel_requested_at = now()` },
  /** Cancelled by a person, and the host does not answer. */
  abandon: { from: ['accepted', 'running', 'uploading'], to: 'cancelled', stamp: END },
  expire: { from: ['queued'], to: 'expired', stamp: END },
  lose: { from: ['accepted', 'running', 'uploading'], to: 'lost', stamp: END },
} as const satisfies Record<string, { from: readonly TargetState[]; to: TargetState; stamp: string }>
export type TransitionName = keyof typeof TARGET_TRANSITIONS

/** States in which an agent works on a target: it holds a lease, and takes a cancel. */
export const ACTIVE_STATES = ['accepted', 'running', 'uploading'] as const satisfies readonly TargetState[]

/** States in which chunks are taken: while the agent works on it, and from one that comes back after the server gave it up. */
export const INGEST_STATES = [...ACTIVE_STATES, 'lost'] as const satisfies readonly TargetState[]
