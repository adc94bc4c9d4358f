import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { type HostCommand, hostCommandSchema, type TargetRef, targetRefSchema, targetStateSchema } from '@sonde/contract'
import { z } from 'zod'
import { errorCode, syncFolder } from './durable-file.ts'
import type { Log } from './log.ts'
import { type Outcome, outcomeSchema, targetKey } from './outcome.ts'

/**
 * What this agent has promised and done, one JSON object a line, each fsync'd before anything follows from it:
 *
 *   accepted ─▶ attached ─▶ ended ─▶ settled          dropped: as if it had never been accepted
 *   │           │           │        └ the server knows the end; the spool is empty
 *   │           │           └ recording is over, with this outcome; the server may not know yet
 *   │           └ the commands that run
 *   └ written before anything attaches
 *
 * So after a crash: accepted without ended → it was cut off; ended without settled → finish telling the server.
 */
const entrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accepted'), target: targetRefSchema, atMs: z.number() }),
  z.object({ type: z.literal('attached'), target: targetRefSchema, commands: z.array(hostCommandSchema) }),
  z.object({ type: z.literal('ended'), target: targetRefSchema, outcome: outcomeSchema }),
  z.object({ type: z.literal('settled'), target: targetRefSchema, state: targetStateSchema.nullable() }),
  z.object({ type: z.literal('dropped'), target: targetRefSchema }),
])
export type JournalEntry = z.infer<typeof entrySchema>

/** All that the journal knows of one target. */
export type JournalRecord = {
  target: TargetRef
  acceptedAtMs: number
  commands: HostCommand[] | null
  outcome: Outcome | null
  settled: boolean
}

/** Settled targets are remembered so that a repeated start is not run again; the oldest are forgotten. */
const REMEMBERED = 1_000
const COMPACT_ABOVE_BYTES = 1024 * 1024

export class Journal {
  readonly #file: string
  readonly #log: Log
  readonly #records = new Map<string, JournalRecord>()
  #handle: FileHandle
  #sizeBytes = 0
  #torn = false
  #compactAboveBytes = COMPACT_ABOVE_BYTES
  /** Appends happen one after the other, in the order in which they were asked for. */
  #tail: Promise<unknown> = Promise.resolve()

  private constructor(file: string, log: Log, handle: FileHandle) {
    this.#file = file
    this.#log = log
    this.#handle = handle
  }

  /** Opens `journal.ndjson` in the state folder, reads it, cuts off a torn last line, and writes it anew without what is not needed. */
  static async open(stateDir: string, log: Log): Promise<Journal> {
    const file = path.join(stateDir, 'journal.ndjson')
    const bytes = await readFile(file).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return Buffer.alloc(0)
      throw error
    })
    const handle = await open(file, 'a', 0o600)
    const journal = new Journal(file, log, handle)
    try {
      const wholeBytes = journal.#replay(bytes)
      if (wholeBytes < bytes.length) {
        // Else the next entry would be glued to half a line and be lost with it.
        await handle.truncate(wholeBytes)
        await handle.sync()
      }
      journal.#sizeBytes = wholeBytes
      await syncFolder(stateDir)
      if (wholeBytes > 0) {
        // A full disk must not keep the agent from starting: the old journal is whole, only longer than it need be.
        await journal.#compact().catch((error: unknown) => log.warn({ err: error }, 'the journal could not be compacted'))
      }
    } catch (error) {
      await journal.#handle.close()
      throw error
    }
    return journal
  }

  get(target: TargetRef): JournalRecord | undefined {
    return this.#records.get(targetKey(target))
  }

  /** Targets whose end the server does not know yet, oldest first. */
  unsettled(): JournalRecord[] {
    return [...this.#records.values()].filter((record) => !record.settled)
  }

  /** Resolves when the entry is on the disk. Throws what the file system throws; the file is then as it was. */
  append(entry: JournalEntry): Promise<void> {
    const run = this.#tail.then(() => this.#write(entry))
    this.#tail = run.catch(() => undefined)
    return run
  }

  async close(): Promise<void> {
    await this.#tail
    await this.#handle.close()
  }

  async #write(entry: JournalEntry): Promise<void> {
    const line = Buffer.from(`${this.#torn ? '\n' : ''}${JSON.stringify(entry)}\n`)
    try {
      await this.#handle.appendFile(line)
      await this.#handle.datasync()
    } catch (error) {
      // Half a line may be there. Cut it off; where even that fails, end it before the next entry.
      this.#torn = await this.#handle.truncate(this.#sizeBytes).then(
        () => false,
        () => true,
      )
      throw error
    }
    this.#torn = false
    this.#sizeBytes += line.length
    this.#apply(entry)
    if (this.#sizeBytes > this.#compactAboveBytes) {
      await this.#compact().catch((error: unknown) => this.#log.warn({ err: error }, 'the journal could not be compacted'))
    }
  }

  /** Applies all whole lines; returns the length of the part that ends with a newline. */
  #replay(bytes: Buffer): number {
    const wholeBytes = bytes.lastIndexOf(0x0a) + 1
    let damagedLines = 0
    for (const line of bytes.subarray(0, wholeBytes).toString('utf8').split('\n')) {
      if (line === '') continue
      const entry = parseEntry(line)
      if (entry === null) damagedLines++
      else this.#apply(entry)
    }
    if (damagedLines > 0) this.#log.error({ file: this.#file, damagedLines }, 'the journal has damaged lines; they are skipped')
    return wholeBytes
  }

  #apply(entry: JournalEntry): void {
    const key = targetKey(entry.target)
    if (entry.type === 'accepted') {
      this.#records.set(key, { target: entry.target, acceptedAtMs: entry.atMs, commands: null, outcome: null, settled: false })
      return
    }
    const record = this.#records.get(key)
    if (record === undefined) return
    if (entry.type === 'attached') record.commands = entry.commands
    else if (entry.type === 'ended') record.outcome = entry.outcome
    else if (entry.type === 'settled') record.settled = true
    else this.#records.delete(key)
  }

  async #compact(): Promise<void> {
    const settled = [...this.#records.entries()].filter(([, record]) => record.settled)
    for (const [key] of settled.slice(0, Math.max(0, settled.length - REMEMBERED))) this.#records.delete(key)
    const lines = [...this.#records.values()].flatMap(entriesOf).map((entry) => `${JSON.stringify(entry)}\n`)
    const content = Buffer.from(lines.join(''))
    // Not writeDurably: the handle of the new file must be in hand before the old one loses its name.
    const temporary = `${this.#file}.tmp`
    await rm(temporary, { force: true })
    const handle = await open(temporary, 'a', 0o600)
    try {
      await handle.appendFile(content)
      await handle.sync()
      await rename(temporary, this.#file)
    } catch (error) {
      await handle.close()
      await rm(temporary, { force: true })
      throw error
    }
    await this.#handle.close()
    this.#handle = handle
    await syncFolder(path.dirname(this.#file))
    this.#sizeBytes = content.length
    // Never compact on each append, however much there is to remember.
    this.#compactAboveBytes = Math.max(COMPACT_ABOVE_BYTES, content.length * 2)
  }
}

function parseEntry(line: string): JournalEntry | null {
  try {
    return entrySchema.parse(JSON.parse(line))
  } catch {
    return null
  }
}

function entriesOf(record: JournalRecord): JournalEntry[] {
  const { target } = record
  const entries: JournalEntry[] = [{ type: 'accepted', target, atMs: record.acceptedAtMs }]
  // The commands of a settled target are the server's to remember.
  if (record.commands !== null && !record.settled) entries.push({ type: 'attached', target, commands: record.commands })
  if (record.outcome !== null) entries.push({ type: 'ended', target, outcome: record.outcome })
  if (record.settled) entries.push({ type: 'settled', target, state: null })
  return entries
}
