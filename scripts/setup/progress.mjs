// @ts-check
import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'

const TAIL_LINES = 30
const STILL_EVERY_MS = 15_000

/** A step that failed for a reason worth showing; `tail` holds the tool's last lines. */
export class StepError extends Error {
  /** @param {string} message @param {string[]} [tail] */
  constructor(message, tail = []) {
    super(message)
    this.name = 'StepError'
    this.tail = tail
  }
}

/** 93 400 ms → '1 min 33 s' @param {number} ms */
export function formatDuration(ms) {
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

/**
 * Progress as plain lines, each with the time it took: one when a step starts that takes noticeable time, one every 15 s
 * while it goes on, one when it is over. No escape codes, so that it reads the same in a terminal and in a log.
 * @param {{ write?: (line: string) => void, verbose?: boolean }} [options]
 */
export function createProgress({ write = (line) => process.stdout.write(`${line}\n`), verbose = false } = {}) {
  return {
    verbose,
    /** @param {string} text */
    note: (text) => write(`  · ${text}`),
    /**
     * @template T
     * @param {string} title what is being done, as in 'building web'
     * @param {() => Promise<T>} work
     * @returns {Promise<T>}
     */
    async step(title, work) {
      const start = performance.now()
      write(`  … ${title}`)
      const still = setInterval(() => write(`    still ${title} (${formatDuration(performance.now() - start)})`), STILL_EVERY_MS)
      try {
        const result = await work()
        write(`  ✓ ${title} · ${formatDuration(performance.now() - start)}`)
        return result
      } catch (error) {
        write(`  ✗ ${title} · ${formatDuration(performance.now() - start)}`)
        throw error
      } finally {
        clearInterval(still)
      }
    },
  }
}
/** @typedef {ReturnType<typeof createProgress>} Progress */

/**
 * Runs a tool to its end. Its output is shown with `verbose`, else kept back; the last lines go into the error.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, verbose?: boolean, onLine?: (line: string) => void }} [options]
 * @returns {Promise<string[]>} the last lines of its output
 */
export function runTool(command, args, { cwd, env, verbose = false, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...(env ?? process.env), NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] })
    /** @type {string[]} */
    const tail = []
    let rest = ''
    /** @param {string} line */
    const take = (line) => {
      tail.push(line)
      if (tail.length > TAIL_LINES) tail.shift()
      if (verbose) process.stdout.write(`    | ${line}\n`)
      onLine?.(line)
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (/** @type {string} */ text) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop() ?? ''
        lines.forEach(take)
      })
    }
    child.on('error', (error) => reject(new StepError(`${command} could not be started: ${error.message}`)))
    child.on('close', (code, signal) => {
      if (rest) take(rest)
      if (code === 0) resolve(tail)
      else reject(new StepError(`${[command, ...args].join(' ')} ended with ${signal ?? `exit code ${code}`}`, tail))
    })
  })
}
