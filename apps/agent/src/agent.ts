import { access, constants, mkdir } from 'node:fs/promises'
import { capabilitiesOf, DEFAULT_RECIPE_ID, type HostFacts, type QueryAnswer, specOfRecipe } from '@sonde/contract'
import { answerQuery } from './answer-query.ts'
import { BuildsDesk, type BuildsWatch } from './builds-desk.ts'
import { CaptureDesk } from './capture-desk.ts'
import { CatalogueDesk } from './catalogue-desk.ts'
import type { CatalogueBuilder } from './catalogue-job.ts'
import { ConfigError } from './config-error.ts'
import { errorCode, errorText } from './durable-file.ts'
import { openSession, type Session } from './enrol.ts'
import type { AgentEnv } from './env.ts'
import { GatewayClient } from './gateway-client.ts'
import { HeartbeatLoop } from './heartbeat.ts'
import { takeInstanceLock } from './instance-lock.ts'
import { Journal } from './journal.ts'
import { KillSwitch } from './kill-switch.ts'
import type { Log } from './log.ts'
import { runPollLoop } from './poll-loop.ts'
import { Spool, type SpoolLimits } from './spool.ts'
import type { Tracing } from './tracing.ts'

const KILL_SWITCH_FILE = '/run/sonde/disabled'
/** Of the 5 s that a stop may take: what is left after the tracers' second goes to reporting. */
const SHUTDOWN_UPLOAD_MS = 4_000
/** The server waits some seconds for an answer to a live question; later ones are of no use. */
const ANSWER_FOR_MS = 15_000

export type AgentOptions = {
  env: AgentEnv
  tracing: Tracing
  /** Lists what can be probed; without it the agent says nothing about that. */
  buildCatalogues?: CatalogueBuilder
  /** Looks which builds of programs run; without it the agent says nothing about that. */
  watchBuilds?: BuildsWatch
  log: Log
  /** Fires when the agent is to stop. */
  signal: AbortSignal
  killSwitchFile?: string
  heartbeatMs?: number
  spoolLimits?: SpoolLimits
}

/**
 * Runs the agent until the signal fires: enrol if need be, report what an earlier run left, then heartbeats and commands.
 * Throws a ConfigError for what only a person can put right.
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { env, log } = options
  await prepareStateDir(env.stateDir)
  const lock = await takeInstanceLock(env.stateDir)
  try {
    warnAboutPlainHttp(env.gatewayUrl, log)
    const facts = { ...(await options.tracing.detectFacts()), policy: await options.tracing.policy() }
    logWhatIsMissing(facts, log)
    const client = new GatewayClient(env.gatewayUrl, log)
    const session = await openSession({ ...env, client, facts, log, signal: options.signal })
    await serve(options, client, session, facts)
  } catch (error) {
    // A stop while waiting for the gateway is a good end.
    if (!options.signal.aborted) throw error
  } finally {
    await lock.release()
  }
}

async function serve(options: AgentOptions, client: GatewayClient, session: Session, facts: HostFacts): Promise<void> {
  const { env, tracing, log, signal } = options
  const { stateDir, labels } = env
  const killSwitch = new KillSwitch(options.killSwitchFile ?? KILL_SWITCH_FILE)
  const journal = await Journal.open(stateDir, log)
  const spool = await Spool.open(stateDir, options.spoolLimits)
  const intervalMs = options.heartbeatMs
  const build = options.buildCatalogues
  const catalogues = build === undefined ? null : new CatalogueDesk({ client, credentials: session, stateDir, build, signal, log })
  const builds = options.watchBuilds === undefined ? null : new BuildsDesk({ watch: options.watchBuilds, signal, log })
  const heartbeat = new HeartbeatLoop(facts, {
    client,
    credentials: session,
    tracing,
    labels,
    catalogues,
    builds,
    signal,
    log,
    ...(intervalMs === undefined ? {} : { intervalMs }),
  })
  const desk = new CaptureDesk({
    client,
    session,
    journal,
    spool,
    tracing,
    killSwitch,
    stateDir,
    facts: () => heartbeat.facts,
    log,
    onCapabilityMissing: () => heartbeat.detectSoon(),
  })
  session.onRejected = () =>
    desk.stopAll({ kind: 'failed', reason: 'internal', message: 'The server does not know this host any more; it may have been removed.' })
  const answering = new Set<string>()
  const answer = async (queryId: string, body: () => QueryAnswer | Promise<QueryAnswer>): Promise<void> => {
    if (answering.has(queryId)) return
    answering.add(queryId)
    try {
      await client.answerQuery(session, queryId, await body(), { signal, retryForMs: ANSWER_FOR_MS })
    } catch (error) {
      if (!signal.aborted) log.warn({ queryId, why: errorText(error) }, 'a question could not be answered')
    } finally {
      answering.delete(queryId)
    }
  }
  try {
    await desk.recover()
    log.info({ hostId: session.hostId, gateway: env.gatewayUrl, stateDir }, 'agent ready')
    const polling = runPollLoop({
      client,
      credentials: session,
      signal,
      log,
      active: () => desk.active(),
      onCommand: (command) => {
        if (command.type === 'start') desk.start(command.target, command.spec)
        else if (command.type === 'cancel') desk.cancel(command.target)
        else
          void answer(command.queryId, () =>
            answerQuery(command.query, { tracing, facts: heartbeat.facts, killSwitch, catalogues, signal }),
          )
      },
      onUnreadableStart: (target) => desk.start(target, null),
      onUnreadableQuery: (queryId) =>
        void answer(queryId, () => ({
          kind: 'error',
          message: 'This agent does not understand the question; it may be older than the server.',
        })),
    })
    // Not waited for at the end: what builds them may take minutes on a busy host, and dies with the agent.
    void catalogues?.run()
    // Neither is this: a file system that does not answer may keep it waiting.
    void builds?.run()
    await Promise.all([polling, heartbeat.run()])
  } finally {
    await desk.close(
      { kind: 'failed', reason: 'agent-shutdown', message: 'The agent was stopped while the capture ran.' },
      SHUTDOWN_UPLOAD_MS,
    )
    await journal.close()
    log.info('agent stopped')
  }
}

async function prepareStateDir(stateDir: string): Promise<void> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 })
    await access(stateDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const code = errorCode(error)
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS' && code !== 'ENOTDIR' && code !== 'EEXIST') throw error
    throw new ConfigError(
      `The state folder ${stateDir} cannot be used (${code}). Run the agent as root, or set SONDE_STATE_DIR to a folder it may write.`,
    )
  }
}

function warnAboutPlainHttp(gatewayUrl: string, log: Log): void {
  const { protocol, hostname } = new URL(gatewayUrl)
  const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  if (protocol === 'http:' && !isLocal) log.warn('SONDE_GATEWAY_URL is plain http: tokens and results travel unencrypted. Use https.')
}

/** One line, so that whoever starts an agent by hand sees at once what it will not do; the host page has the details. */
function logWhatIsMissing(facts: HostFacts, log: Log): void {
  const missing = facts.capabilities.filter((capability) => !capability.available)
  if (missing.length === 0) return
  const sentences = missing.map(({ id, reason, remedy }) => [`${id}:`, reason ?? 'not available.', remedy].filter(Boolean).join(' '))
  const message = `The agent runs, but cannot record everything on this host. ${sentences.join(' ')}`
  const usual = new Set(capabilitiesOf(specOfRecipe(DEFAULT_RECIPE_ID)))
  const fields = { missing: missing.map(({ id }) => id) }
  // Virtual machines rarely have hardware counters: nothing to be warned of.
  if (missing.some(({ id }) => usual.has(id))) log.warn(fields, message)
  else log.info(fields, message)
}
