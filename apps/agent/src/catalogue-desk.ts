import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { release } from 'node:os'
import type { BinaryCatalogue, BinaryRef, HostCatalogues } from '@sonde/contract'
import { z } from 'zod'
import { CatalogueFolder } from './catalogue-folder.ts'
import { type BuiltKeys, builtKeysSchema, type CatalogueBuilder } from './catalogue-job.ts'
import { errorText } from './durable-file.ts'
import { type Credentials, type GatewayClient, GatewayRefusal } from './gateway-client.ts'
import type { Log } from './log.ts'
import { pause } from './pause.ts'
import { readTextOr } from './read-text-or.ts'
import { AGENT_VERSION } from './version.ts'

/** How often to look whether modules came or went. */
const LOOK_MS = 60_000
/** Modules come in bunches. */
const REBUILD_MS = 5 * 60_000
/** The server hears of the catalogues again: it may have lost them with a database. */
const REPEAT_MS = 5 * 60_000
/** People who wait; a later one would have given up by its turn. */
const MAX_WAITING = 8

export type CatalogueDeskOptions = {
  client: GatewayClient
  credentials: Credentials
  stateDir: string
  build: CatalogueBuilder
  signal: AbortSignal
  log: Log
  /** What the catalogues of the kernel depend on, as text. */
  fingerprint?: () => Promise<string>
  lookMs?: number
}

const noteSchema = z.object({ fingerprint: z.string(), keys: builtKeysSchema })

/**
 * What can be probed on this host: has it built at the start and when the kernel's modules change, offers it with the heartbeats,
 * sends what the server lacks, and looks into binaries when somebody asks.
 */
export class CatalogueDesk {
  readonly #options: CatalogueDeskOptions
  readonly #folder: CatalogueFolder
  #state: HostCatalogues = { state: 'building', message: null, keys: [] }
  /** What the server was told last, and when. */
  #told: HostCatalogues | null = null
  #toldMs = 0
  #sending: Promise<void> | null = null
  #asking: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(options: CatalogueDeskOptions) {
    this.#options = options
    this.#folder = new CatalogueFolder(options.stateDir)
  }

  /** What the next heartbeat should carry; undefined for nothing new. */
  news(): HostCatalogues | undefined {
    return this.#told === this.#state && performance.now() - this.#toldMs < REPEAT_MS ? undefined : this.#state
  }

  /** The server's answer to a heartbeat that carried `told`. */
  answered(told: HostCatalogues, missing: readonly string[]): void {
    this.#told = told
    this.#toldMs = performance.now()
    if (missing.length === 0 || this.#sending !== null) return
    this.#sending = this.#send(missing)
      .catch((error) => this.#sendFailed(error))
      .finally(() => {
        this.#sending = null
      })
  }

  /** Until the signal fires. Never throws. */
  async run(): Promise<void> {
    const { signal, log, lookMs = LOOK_MS, fingerprint = kernelFingerprint } = this.#options
    let seen: string | null = null
    let builtMs = Number.NEGATIVE_INFINITY
    while (!signal.aborted) {
      try {
        await this.#folder.prepare()
        const now = await fingerprint()
        if (now !== seen && performance.now() - builtMs >= (seen === null ? 0 : Math.min(REBUILD_MS, lookMs * 5))) {
          await this.#renew(now)
          seen = now
          builtMs = performance.now()
        }
      } catch (error) {
        log.error({ why: errorText(error) }, 'what can be probed on this host could not be read')
        this.#state = { state: 'failed', message: errorText(error).slice(0, 400), keys: [] }
      }
      await pause(lookMs, signal)
    }
    await this.#sending
  }

  /** What a reference stands for here; the server has its catalogues when this returns. Throws an Error with a sentence for people. */
  async binary(ref: BinaryRef, allowed: { allow: readonly string[]; deny: readonly string[] }): Promise<BinaryCatalogue[]> {
    if (this.#waiting >= MAX_WAITING) throw new Error('This host is looking into other binaries; try again in a moment.')
    this.#waiting++
    const turn = this.#asking.then(() => this.#lookInto(ref, allowed))
    this.#asking = turn.catch(() => undefined).finally(() => this.#waiting--)
    return await turn
  }

  async #renew(fingerprint: string): Promise<void> {
    const known = noteSchema.safeParse(await this.#folder.note('kernel'))
    if (known.success && known.data.fingerprint === fingerprint && (await this.#hasAll(known.data.keys))) {
      this.#state = { state: 'ready', message: null, keys: known.data.keys }
      return
    }
    const startedMs = performance.now()
    const result = await this.#options.build({ what: 'kernel', folder: this.#folder.path })
    if (result.what !== 'kernel') throw new Error(result.what === 'refused' ? result.message : 'another catalogue was built than asked for')
    await this.#folder.writeNote('kernel', { fingerprint, keys: result.keys })
    await this.#folder.prune(new Set(result.keys.map(({ key }) => key)))
    this.#state = { state: 'ready', message: null, keys: result.keys }
    this.#options.log.info({ ms: Math.round(performance.now() - startedMs) }, 'read what can be probed on this host')
  }

  async #hasAll(keys: BuiltKeys): Promise<boolean> {
    for (const { key } of keys) if (!(await this.#folder.has(key))) return false
    return true
  }

  async #lookInto(ref: BinaryRef, allowed: { allow: readonly string[]; deny: readonly string[] }): Promise<BinaryCatalogue[]> {
    const { client, credentials, signal, build } = this.#options
    await this.#folder.prepare()
    const patterns = { allow: [...allowed.allow], deny: [...allowed.deny] }
    const result = await build({ what: 'binary', folder: this.#folder.path, ref, allowed: patterns })
    if (result.what !== 'binary') throw new Error(result.what === 'refused' ? result.message : 'another catalogue was built than asked for')
    const keys = result.binaries.map(({ key }) => key)
    const { missing } = await client.missingCatalogues(credentials, keys, { signal, retryForMs: 5_000 })
    await this.#send(missing)
    await this.#folder.prune(new Set([...keys, ...this.#state.keys.map(({ key }) => key)]))
    return result.binaries
  }

  async #send(keys: readonly string[]): Promise<void> {
    const { client, credentials, signal, log } = this.#options
    for (const key of keys) {
      const bytes = await this.#folder.read(key)
      if (bytes === null) throw new Error('a catalogue that the server lacks is not on the disk any more')
      await client.putCatalogue(credentials, key, bytes, { signal, retryForMs: 10_000 })
      log.info({ key: key.slice(0, 12), bytes: bytes.length }, 'sent a catalogue of what can be probed')
    }
  }

  #sendFailed(error: unknown): void {
    const { signal, log } = this.#options
    if (signal.aborted) return
    log.warn({ why: errorText(error) }, 'a catalogue of what can be probed was not sent')
    // What the server refuses for good it would refuse again; a lost connection is worth the next heartbeat.
    if (error instanceof GatewayRefusal) this.#state = { state: 'failed', message: errorText(error).slice(0, 400), keys: [] }
    else this.#told = null
  }
}

/** Everything that the kernel's catalogues depend on and that can change while the agent lives, or between two of its lives. */
async function kernelFingerprint(): Promise<string> {
  const modules = (await readTextOr('/proc/modules', '')).split('\n').map((line) => line.split(' ').slice(0, 2).join(' '))
  const categories = await readdir('/sys/kernel/tracing/events').catch(() => [])
  const parts = [
    AGENT_VERSION,
    release(),
    await readTextOr('/proc/version', ''),
    ...modules.sort(),
    ...categories.filter((name) => !/^(sonde_|u?probes?|kprobes)/.test(name)),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
