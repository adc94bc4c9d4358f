import { execFile } from 'node:child_process'
import { SEARCH_PATH } from '../run/guarded-child.ts'

export type Attempt = { ok: boolean; stdout: string; stderr: string }

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024

/** Runs a program to its end, at most `timeoutMs`. Never throws. stdout is read byte for byte (latin1). */
export function tryCommand(argv: readonly string[], env: Record<string, string> = {}, timeoutMs = 10_000): Promise<Attempt> {
  const [file = '', ...args] = argv
  return new Promise((resolve) => {
    execFile(
      'setpriv',
      ['--pdeathsig', 'KILL', '--', file, ...args],
      {
        env: { PATH: SEARCH_PATH, LC_ALL: 'C', ...env },
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        encoding: 'latin1',
      },
      (error, stdout, stderr) => resolve({ ok: error === null, stdout, stderr: stderr || (error === null ? '' : error.message) }),
    )
  })
}
