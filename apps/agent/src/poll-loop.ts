import {
  type AgentCommand,
  agentCommandSchema,
  idSchema,
  POLL_JITTER_MS,
  POLL_WAIT_MS,
  type TargetRef,
  targetRefSchema,
} from '@sonde/contract'
import { z } from 'zod'
import { type Credentials, type GatewayClient, GatewayRefusal, GatewayUnreachable } from './gateway-client.ts'
import type { Log } from './log.ts'
import { backoffMs, pause } from './pause.ts'

/** The contract's limit on targets in one poll. */
const MAX_ACTIVE = 100
/** A gateway that answers at once and has nothing (or always the same) to say must not be asked in a circle. */
const FAST_ANSWER_MS = 100

export type PollLoopOptions = {
  client: GatewayClient
  credentials: Credentials
  signal: AbortSignal
  log: Log
  active(): TargetRef[]
  onCommand(command: AgentCommand): void
  /** A start that this agent cannot read, e.g. with a recipe of a newer server. */
  onUnreadableStart(target: TargetRef): void
  /** A question that this agent cannot read: whoever asks should not wait for an answer that never comes. */
  onUnreadableQuery(queryId: string): void
}

/** Asks for commands until the signal fires. Never throws. */
export async function runPollLoop(options: PollLoopOptions): Promise<void> {
  const { client, credentials, signal, log } = options
  let fastAnswers = 0
  while (!signal.aborted) {
    const waitMs = Math.round(POLL_WAIT_MS + (Math.random() * 2 - 1) * POLL_JITTER_MS)
    const askedMs = performance.now()
    try {
      const body = { waitMs, active: options.active().slice(0, MAX_ACTIVE) }
      const commands = await client.poll(credentials, body, { signal, retryForMs: Number.POSITIVE_INFINITY })
      for (const command of commands) readCommand(command, options)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof GatewayRefusal || error instanceof GatewayUnreachable)) throw error
      // A poll that is refused (not 401: the client sees to that) is a disagreement of versions; it may pass with an upgrade.
      log.error({ why: error.message }, 'the gateway refuses to be polled')
      await pause(30_000, signal)
    }
    fastAnswers = performance.now() - askedMs < FAST_ANSWER_MS ? fastAnswers + 1 : 0
    if (fastAnswers > 3) await pause(backoffMs(fastAnswers - 4, { baseMs: 50, capMs: 1000 }), signal)
  }
}

const startTargetSchema = z.object({ type: z.literal('start'), target: targetRefSchema })
const queryIdSchema = z.object({ type: z.literal('query'), queryId: idSchema })

function readCommand(command: unknown, { onCommand, onUnreadableStart, onUnreadableQuery, log }: PollLoopOptions): void {
  const parsed = agentCommandSchema.safeParse(command)
  if (parsed.success) {
    onCommand(parsed.data)
    return
  }
  log.error({ why: z.prettifyError(parsed.error) }, 'a command of the gateway cannot be read')
  const start = startTargetSchema.safeParse(command)
  if (start.success) onUnreadableStart(start.data.target)
  const query = queryIdSchema.safeParse(command)
  if (query.success) onUnreadableQuery(query.data.queryId)
}
