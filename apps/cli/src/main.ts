import { Readable } from 'node:stream'
import { readEnv } from './env.ts'
import type { Io } from './io.ts'
import { runCli } from './run-cli.ts'

// `sonde get … | head` closes the pipe: that is an end, no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const io: Io = {
  out: (words) => void process.stdout.write(words),
  err: (words) => void process.stderr.write(words),
  outBytes: (bytes) => new Promise((resolve) => process.stdout.write(bytes, () => resolve())),
  outIsTerminal: process.stdout.isTTY === true,
  errIsTerminal: process.stderr.isTTY === true,
  env: readEnv(),
  fetch: (url, init) => fetch(url, init),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  nowMs: () => Date.now(),
  stdin: () => Readable.toWeb(process.stdin) as ReadableStream,
}

process.exitCode = await runCli(process.argv.slice(2), io)
