import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import path from 'node:path'
import type { HostPolicy } from '@sonde/contract'
import { type Confinement, defaultPolicy, makeTracerCgroup, type Policy, TraceRefusal } from '@sonde/tracer'
import { errorCode, errorText } from './durable-file.ts'
import type { Log } from './log.ts'
import { parsePolicy } from './policy-schema.ts'
import { summarisePolicy } from './policy-summary.ts'

export const POLICY_FILE = '/etc/sonde/policy.yaml'
const MAX_BYTES = 256 * 1024
const WRITABLE_BY_OTHERS = 0o022

export type PolicyFileOptions = {
  file: string
  /** The file was named by whoever started the agent: it has to be there. Else its absence means that the defaults hold. */
  required: boolean
  host: { cpuCount: number; memoryBytes: number }
  log: Log
  /** In place of cgroup v2, for tests. */
  makeCgroup?: typeof makeTracerCgroup
}

export type PolicyInForce = { policy: Policy; confinement: Confinement }

/**
 * The host's policy, read again whenever the file has changed. Fails closed: a file that is not a regular one owned by root and writable by
 * nobody else, that cannot be read, or says something that is not understood means that nothing is allowed.
 */
export class PolicyFile {
  readonly #options: PolicyFileOptions
  /** What the file looked like when it was last read. */
  #seen: string | null = null
  #state: { policy: Policy; problem: string | null }
  #confinement: Confinement = { cgroup: null, problem: 'no capture has run yet' }

  constructor(options: PolicyFileOptions) {
    this.#options = options
    this.#state = { policy: defaultPolicy(options.host), problem: 'The policy has not been read yet.' }
  }

  /** What holds now. @throws TraceRefusal policy, where the file is not fit to be obeyed */
  async inForce(): Promise<PolicyInForce> {
    await this.#refresh()
    const { policy, problem } = this.#state
    if (problem !== null) throw new TraceRefusal('policy', `Nothing is allowed on this host: ${problem}`)
    return { policy, confinement: this.#confinement }
  }

  /** For the host's facts. Never throws. */
  async summary(): Promise<HostPolicy> {
    await this.#refresh()
    return summarisePolicy(this.#state, this.#confinement, this.#options.host)
  }

  async #refresh(): Promise<void> {
    const { file, host, log, makeCgroup = makeTracerCgroup } = this.#options
    const look = await this.#look()
    if ('unchanged' in look || look.fingerprint === this.#seen) return
    this.#seen = look.fingerprint
    if ('problem' in look) this.#state = { policy: { ...defaultPolicy(host), source: file }, problem: look.problem }
    else this.#state = { policy: look.policy, problem: null }
    if (this.#state.problem === null) this.#confinement = await makeCgroup(this.#state.policy.budget)
    if (this.#state.problem !== null) log.error(`Nothing is allowed on this host: ${this.#state.problem}`)
    else log.info({ policy: this.#state.policy.source ?? 'built-in defaults' }, 'policy in force')
  }

  /** Reads the file through one descriptor, so that what is checked is what is read. `fingerprint`: differs where anything has changed. */
  async #look(): Promise<{ fingerprint: string } & ({ policy: Policy } | { problem: string } | { unchanged: true })> {
    const { file, required, host } = this.#options
    let handle: FileHandle
    try {
      // No link is followed, and a FIFO is not waited for.
      handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    } catch (error) {
      const code = errorCode(error)
      if (code === 'ENOENT' && !required) return { fingerprint: 'absent', policy: defaultPolicy(host) }
      const words =
        code === 'ENOENT' ? 'does not exist' : code === 'ELOOP' ? 'is a symbolic link' : `cannot be read (${code ?? errorText(error)})`
      return { fingerprint: `unreadable ${code}`, problem: `${file} ${words}.` }
    }
    try {
      const [facts, folder] = await Promise.all([handle.stat({ bigint: true }), stat(path.dirname(file))])
      const fingerprint = [facts.dev, facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs, folder.uid, folder.mode].join(' ')
      if (fingerprint === this.#seen) return { fingerprint, unchanged: true }
      const problem = facts.isFile()
        ? (ownership(file, Number(facts.uid), Number(facts.mode)) ??
          // Whoever can write to the folder can put another file in its place.
          ownership(`the folder ${path.dirname(file)}`, folder.uid, folder.mode))
        : `${file} is not a regular file.`
      if (problem !== null) return { fingerprint, problem }
      if (facts.size > MAX_BYTES) return { fingerprint, problem: `${file} is larger than ${MAX_BYTES / 1024} KiB.` }
      const text = await handle.readFile('utf8')
      try {
        return { fingerprint, policy: parsePolicy(text, file, host) }
      } catch (error) {
        return { fingerprint, problem: `${file} is not understood (${errorText(error)}).` }
      }
    } catch (error) {
      return { fingerprint: `broken ${errorText(error)}`, problem: `${file} cannot be read (${errorCode(error) ?? errorText(error)}).` }
    } finally {
      await handle.close()
    }
  }
}

/** Root, or where the agent is not root (tests, development) the agent's own user. */
function ownership(what: string, uid: number, mode: number): string | null {
  if (uid !== 0 && uid !== process.getuid?.()) return `${what} does not belong to root (but to user ${uid}).`
  if ((mode & WRITABLE_BY_OTHERS) !== 0) return `${what} may be written by others than root (mode ${(mode & 0o7777).toString(8)}).`
  return null
}
