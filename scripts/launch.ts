/**
 * Runs all of Sonde on this machine: database, migrations, gateway, web and a local agent. `npm start` comes here after
 * installing and building (scripts/start.mjs); tests start it directly:
 *
 *   node --import tsx scripts/launch.ts
 *
 * With an IPC channel it reports `{ type: 'ready', url, gatewayUrl, setupUrl, dataDir }` and stops when the channel closes.
 */
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type EmbeddedPostgres, migrate, startEmbeddedPostgres } from '@sonde/db'
import { quietEnv } from './env.mjs'
import { readSecret } from './launch/data-files.mjs'
import { isEnrolled, isHeardOf } from './launch/local-agent.ts'
import { portProblem } from './launch/ports.mjs'
import { claimRun, type Run, runningIn } from './launch/run-file.mjs'
import { machineNotes, readSettings, type Settings } from './launch/settings.mjs'
import { SupervisedChild } from './launch/supervise.ts'
import { answersOk, waitUntil } from './launch/wait-until.ts'
import { createProgress, formatDuration, type Progress, StepError } from './setup/progress.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const ADMIN = path.join(root, 'apps/gateway/dist/admin.js')
const READY_WITHIN_MS = 60_000
const AGENT_STOPS_WITHIN_MS = 6_000
const SERVERS_STOP_WITHIN_MS = 4_000

export type Launched = {
  url: string
  /** One-time link that makes the first account; null once there is one. */
  setupUrl: string | null
  stop: () => Promise<void>
  /** Leaves without waiting for anything; the database recovers by itself. */
  kill: () => void
}

/** Why it cannot start here, as a sentence for a person. Nothing was left running. */
export class LaunchRefused extends Error {
  override name = 'LaunchRefused'
}

class Launch {
  readonly #settings: Settings
  readonly #progress: Progress
  #postgres: EmbeddedPostgres | null = null
  #run: Run | null = null
  #agent: SupervisedChild | null = null
  #servers: SupervisedChild[] = []
  #stopped: Promise<void> | null = null

  constructor(settings: Settings, progress: Progress) {
    this.#settings = settings
    this.#progress = progress
  }

  async start(): Promise<{ setupUrl: string | null }> {
    const settings = this.#settings
    await refuseIfImpossible(settings)
    this.#run = await claimRun(settings.dataDir, settings.url)
    if (this.#run.ended.length > 0) this.#progress.note(`ended what a killed start left running: ${this.#run.ended.join(', ')}`)
    mkdirSync(path.join(settings.dataDir, 'logs'), { recursive: true, mode: 0o700 })

    const databaseUrl = settings.databaseUrl ?? (await this.#startDatabase())
    await this.#progress.step('bringing the database up to date', () => this.#migrate(databaseUrl))

    const common = {
      ...process.env,
      ...quietEnv,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      SONDE_URL: settings.url,
      SONDE_GATEWAY_URL: settings.gatewayUrl,
    }
    const gateway = this.#spawn('gateway', [path.join(root, 'apps/gateway/dist/main.js')], {
      ...common,
      SONDE_GATEWAY_HOST: settings.gatewayHost,
      SONDE_GATEWAY_PORT: String(settings.gatewayPort),
    })
    const web = this.#spawn('web', [path.join(root, 'apps/web/.next/standalone/apps/web/server.js')], {
      ...common,
      PORT: String(settings.port),
      HOSTNAME: settings.host,
      SONDE_PORT: String(settings.port),
      SONDE_SECRET: readSecret(settings.dataDir),
    })
    this.#servers = [web, gateway]
    await this.#progress.step('starting web and gateway', async () => {
      await Promise.all([
        this.#whenHealthy(gateway, `http://${reachable(settings.gatewayHost)}:${settings.gatewayPort}/health`),
        this.#whenHealthy(web, `http://${reachable(settings.host)}:${settings.port}/api/health`),
      ])
    })
    if (settings.agent) await this.#startAgent(databaseUrl, common).catch((error) => this.#goOnWithoutAgent(error))
    else this.#progress.note('no local agent: add hosts on the Hosts page')
    return { setupUrl: await this.#setupUrl(common) }
  }

  async #startDatabase(): Promise<string> {
    this.#postgres = await this.#progress.step('starting the database', () =>
      startEmbeddedPostgres({ dir: path.join(this.#settings.dataDir, 'postgres') }),
    )
    if (this.#stopped) {
      await this.#postgres.stop()
      throw new LaunchRefused('stopped while starting')
    }
    if (this.#postgres.adopted) this.#progress.note('took over the database server that a killed start left running')
    return this.#postgres.url
  }

  async #migrate(databaseUrl: string): Promise<void> {
    try {
      const { applied, edited } = await migrate(databaseUrl, path.join(root, 'prisma/migrations'))
      if (applied.length > 0) this.#progress.note(`applied ${applied.join(', ')}`)
      for (const name of edited) this.#progress.note(`migration ${name} was edited after it was applied`)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (!this.#settings.databaseUrl) throw error
      throw new LaunchRefused(`The database of DATABASE_URL cannot be used: ${reason}. Without DATABASE_URL, Sonde starts one of its own.`)
    }
  }

  async #startAgent(databaseUrl: string, common: NodeJS.ProcessEnv): Promise<void> {
    const stateDir = path.join(this.#settings.dataDir, 'agent')
    await this.#progress.step('starting the local agent', async () => {
      const joinToken = (await isEnrolled(databaseUrl, stateDir)) ? '' : await this.#joinToken(common)
      const since = new Date(Date.now() - 1000)
      const { DATABASE_URL: _, ...withoutDatabase } = common
      this.#agent = this.#spawn('agent', [path.join(root, 'apps/agent/dist/main.js')], {
        ...withoutDatabase,
        SONDE_GATEWAY_URL: `http://${reachable(this.#settings.gatewayHost)}:${this.#settings.gatewayPort}`,
        SONDE_JOIN_TOKEN: joinToken,
        SONDE_STATE_DIR: stateDir,
      })
      const agent = this.#agent
      await waitUntil('the local agent', () => isHeardOf(databaseUrl, stateDir, since), {
        timeoutMs: READY_WITHIN_MS,
        giveUp: () => agent.failure,
      }).catch((error) => {
        throw new StepError(error instanceof Error ? error.message : String(error), agent.lastLines())
      })
      agent.markHealthy()
    })
  }

  /** A server without its local agent is still a server; what is wrong is said and stays in the agent's log. */
  async #goOnWithoutAgent(error: unknown): Promise<void> {
    if (this.#stopped) throw error
    this.#progress.note(
      `there is no local agent: ${error instanceof Error ? error.message : error}. The server works; other hosts can be added.`,
    )
    if (error instanceof StepError) for (const line of [...new Set(error.tail)].slice(-3)) this.#progress.note(`  ${line}`)
    await this.#agent?.stop(AGENT_STOPS_WITHIN_MS)
  }

  async #whenHealthy(child: SupervisedChild, url: string): Promise<void> {
    try {
      await waitUntil(child.spec.name, () => answersOk(url), { timeoutMs: READY_WITHIN_MS, giveUp: () => child.failure })
    } catch (error) {
      throw new StepError(`${error instanceof Error ? error.message : error}; its log is ${child.spec.logFile}`, child.lastLines())
    }
    child.markHealthy()
  }

  #spawn(name: string, argv: string[], env: NodeJS.ProcessEnv): SupervisedChild {
    if (this.#stopped) throw new LaunchRefused('stopped while starting')
    const { dataDir } = this.#settings
    return new SupervisedChild(
      {
        name,
        argv: [process.execPath, '--enable-source-maps', ...argv],
        env,
        cwd: root,
        logFile: path.join(dataDir, 'logs', `${name}.log`),
      },
      {
        onSpawn: (child, pid) => this.#run?.recordChild(child, pid),
        onNote: (text) => this.#progress.note(text),
      },
    )
  }

  async #admin(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Record<string, unknown>> {
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [ADMIN, ...args], { env, encoding: 'utf8' })
      const line = stdout.trim().split('\n').at(-1) ?? ''
      const answer: unknown = JSON.parse(line)
      return typeof answer === 'object' && answer !== null ? Object.fromEntries(Object.entries(answer)) : {}
    } catch (error) {
      throw new StepError(
        `the admin command "${args.join(' ')}" failed`,
        String(error instanceof Error ? error.message : error)
          .split('\n')
          .slice(-15),
      )
    }
  }

  async #joinToken(env: NodeJS.ProcessEnv): Promise<string> {
    const { token } = await this.#admin(env, 'join-token', '--minutes', '10', '--uses', '1')
    if (typeof token !== 'string') throw new StepError('the admin command "join-token" printed no token')
    return token
  }

  async #setupUrl(env: NodeJS.ProcessEnv): Promise<string | null> {
    const { url } = await this.#admin(env, 'setup-link')
    return typeof url === 'string' ? url : null
  }

  get stopping(): boolean {
    return this.#stopped !== null
  }

  /** The agent first, while the gateway still takes its last report; then the servers, then the database they use. */
  stop(): Promise<void> {
    this.#stopped ??= (async () => {
      await this.#agent?.stop(AGENT_STOPS_WITHIN_MS)
      await Promise.all(this.#servers.map((child) => child.stop(SERVERS_STOP_WITHIN_MS)))
      await this.#postgres?.stop()
      this.#run?.release()
    })()
    return this.#stopped
  }

  kill(): void {
    for (const child of [this.#agent, ...this.#servers]) child?.killNow()
    if (this.#postgres) process.kill(this.#postgres.pid, 'SIGQUIT') // immediate shutdown: recovers at the next start
    this.#run?.release()
  }
}

/** 0.0.0.0 and :: mean "listen everywhere"; to reach such a server from here, the loopback address does. */
const reachable = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host)

/** Throws LaunchRefused where it already runs from this data folder, or a port is taken. */
export async function refuseIfImpossible(settings: Settings): Promise<void> {
  const running = runningIn(settings.dataDir)
  if (running) throw new LaunchRefused(`Sonde already runs from ${settings.dataDir}: ${running.url} (pid ${running.pid}).`)
  const problems = await Promise.all([
    portProblem({ host: settings.host, port: settings.port, what: 'web server', variable: 'SONDE_PORT' }),
    portProblem({ host: settings.gatewayHost, port: settings.gatewayPort, what: 'gateway', variable: 'SONDE_GATEWAY_PORT' }),
  ])
  const found = problems.filter((problem) => problem !== null)
  if (found.length > 0) throw new LaunchRefused(found.join('\n'))
}

/** Starts everything, or stops what it had started and throws. */
export async function launch(settings: Settings, progress: Progress): Promise<Launched> {
  const launched = new Launch(settings, progress)
  const stop = () => launched.stop()
  const kill = () => launched.kill()
  onStopSignal(progress, stop, kill)
  try {
    const { setupUrl } = await launched.start()
    return { url: settings.url, setupUrl, stop, kill }
  } catch (error) {
    if (launched.stopping) return new Promise<never>(() => {}) // the signal's handler stops the rest and leaves
    await launched.stop()
    throw error
  }
}

function onStopSignal(progress: Progress, stop: () => Promise<void>, kill: () => void): void {
  let asked = false
  const onSignal = (signal: NodeJS.Signals | 'disconnect') => {
    if (asked && signal !== 'disconnect') {
      progress.note('stopping at once')
      kill()
      process.exit(130)
    }
    if (asked) return
    asked = true
    const start = performance.now()
    progress.note(signal === 'SIGINT' ? 'stopping (Ctrl-C again: at once)' : `${signal}: stopping`)
    stop().then(
      () => {
        progress.note(`stopped, nothing is left running · ${formatDuration(performance.now() - start)}`)
        process.exit(0)
      },
      (error) => {
        console.error(error)
        kill()
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] satisfies NodeJS.Signals[]) process.on(signal, onSignal)
  if (process.send) process.once('disconnect', () => onSignal('disconnect'))
}

/** The block that stays on the screen. */
export function summary(settings: Settings, { setupUrl }: Launched): string {
  const database = settings.databaseUrl ? `the database of DATABASE_URL; agent and logs in ${settings.dataDir}` : settings.dataDir
  return [
    '',
    `  Sonde runs at  ${settings.url}`,
    ...(setupUrl ? ['', '  Nobody has an account yet. This link, good once, makes the admin:', `    ${setupUrl}`] : []),
    '',
    `  Data   ${database}`,
    `  Logs   ${path.join(settings.dataDir, 'logs')}`,
    '  Stop   Ctrl-C',
    '',
  ].join('\n')
}

/** Settings of the environment, with what this machine cannot do said and taken into account. */
export function settingsHere(progress: Progress): Settings {
  const settings = readSettings(process.env, root)
  const { notes, agent } = machineNotes({ platform: process.platform, uid: process.getuid?.() })
  for (const note of notes) progress.note(note)
  return { ...settings, agent: settings.agent && agent }
}

/** Starts everything, says where, and stays until a signal. Exit code 1 with a sentence where that fails. */
export async function runHere(progress: Progress): Promise<void> {
  try {
    const settings = settingsHere(progress)
    const launched = await launch(settings, progress)
    console.log(summary(settings, launched))
    process.send?.({
      type: 'ready',
      url: settings.url,
      gatewayUrl: settings.gatewayUrl,
      setupUrl: launched.setupUrl,
      dataDir: settings.dataDir,
    })
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}`)
    if (error instanceof StepError) for (const line of error.tail) console.error(`    | ${line}`)
    process.exit(1)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runHere(createProgress())
