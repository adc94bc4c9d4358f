import type { HostCommand } from '@sonde/contract'
import { type ExitStatus, GuardedChild } from '../run/guarded-child.ts'
import type { AskedAddresses } from './stack-recorder.ts'

/** `perf script` as a symboliser: see ThinStream for what it is fed. */
export function perfScriptArgv(perf: string, options: { lineBuffered: boolean; force: boolean }): string[] {
  // --no-inline: with inlining, Debian's perf starts addr2line for every address. stdbuf: answers must not wait in a 4 KiB buffer.
  const argv = [perf, 'script', '-i', '-', '--no-inline', '-F', 'period,ip,sym,dso', ...(options.force ? ['--force'] : [])]
  return options.lineBuffered ? ['stdbuf', '-oL', ...argv] : argv
}

/** Cuts perf's answers into (number, text) pairs: a line with the first number, then for each address `<tab> address symbol (dso)`. */
export class AnswerParser {
  private rest: Buffer = Buffer.alloc(0)
  private number = -1

  push(chunk: Buffer, onAnswer: (number: number, text: string) => void): void {
    const data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    let from = 0
    for (;;) {
      const end = data.indexOf(10, from)
      if (end < 0) break
      this.line(data, from, end, onAnswer)
      from = end + 1
    }
    this.rest = data.subarray(from)
  }

  private line(data: Buffer, from: number, end: number, onAnswer: (number: number, text: string) => void): void {
    if (from === end) return
    if (data[from] !== 9) {
      const text = data.toString('latin1', from, end).trim()
      this.number = /^\d+$/.test(text) ? Number(text) : -1
      return
    }
    if (this.number < 0) return
    let at = from + 1
    while (at < end && data[at] === 32) at++
    const space = data.indexOf(32, at)
    const text = space < 0 || space >= end ? '' : data.toString('utf8', space + 1, end)
    onAnswer(this.number++, text)
  }
}

/**
 * A running symboliser. It lives as long as the recording, so that perf reads the kernel's and every binary's symbols once, and knows
 * the mappings of processes that have ended.
 */
export class PerfScript {
  private readonly child: GuardedChild
  private readonly parser = new AnswerParser()
  private readonly onSymbol: (address: number, text: string) => void
  private waiting: { last: number; resolve: (answered: boolean) => void } | null = null
  private status: ExitStatus | null = null
  private answers = 0
  /** Times perf did not answer in time or had died. */
  failures = 0

  constructor(command: Pick<HostCommand, 'argv' | 'env'>, onSymbol: (address: number, text: string) => void) {
    this.onSymbol = onSymbol
    this.child = new GuardedChild(command, { stdin: true })
    this.child.stdout.on('data', (chunk: Buffer) => this.parser.push(chunk, this.answer))
    this.child.exited.then((status) => {
      this.status = status
      this.settle(false)
    })
  }

  /** Feeds perf and waits until the last of the addresses asked for is answered, at most `timeoutMs`. False: not all were. */
  async resolve(thinned: Uint8Array, asked: AskedAddresses, timeoutMs: number): Promise<boolean> {
    const last = asked.count > 0 ? asked.last : undefined
    if (this.status !== null) {
      if (last !== undefined) this.failures++
      return last === undefined
    }
    if (last === undefined) {
      await this.write(thinned)
      return true
    }
    const answered = new Promise<boolean>((resolve) => {
      this.waiting = { last, resolve }
    })
    const timer = setTimeout(() => this.settle(false), timeoutMs)
    // Not awaited on its own: perf may stop reading until its own output is read, and then die.
    const written = this.write(thinned)
    const ok = await answered
    clearTimeout(timer)
    if (ok) await written
    else this.failures++
    return ok
  }

  /** For one batch that is all there is: feeds perf, ends its input and waits until it is done. False: not every address was answered. */
  async resolveAll(thinned: Uint8Array, asked: AskedAddresses): Promise<boolean> {
    const before = this.answers
    await this.write(thinned)
    await this.end(false)
    return this.answers - before >= asked.count
  }

  /** Ends perf: at once where `kill`, else after it has worked off its input. */
  async end(kill: boolean): Promise<void> {
    if (kill) this.child.kill()
    else this.child.stdin?.end()
    await this.child.exited
  }

  get cpuSeconds(): number {
    return this.child.cpuSeconds
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  get stderr(): string {
    return this.child.stderr
  }

  private write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.child.stdin === null || bytes.length === 0) resolve()
      else this.child.stdin.write(bytes, () => resolve())
    })
  }

  private readonly answer = (number: number, text: string): void => {
    this.answers++
    this.onSymbol(number, text)
    if (this.waiting !== null && number === this.waiting.last) this.settle(true)
  }

  private settle(ok: boolean): void {
    const { waiting } = this
    this.waiting = null
    waiting?.resolve(ok)
  }
}
