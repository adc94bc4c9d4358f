import { CommanderError } from 'commander'
import { CliError, EXIT, type ExitCode } from './exit-codes.ts'
import type { Io } from './io.ts'
import { createProgram } from './program.ts'

/** Runs one command line (without `node` and the script) and returns what the process ends with. */
export async function runCli(words: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await createProgram(io).parseAsync(words, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    if (error instanceof CliError) {
      io.err(`sonde: ${error.message}\n`)
      return error.exitCode
    }
    io.err(`sonde: ${error instanceof Error ? error.message : error}\n`)
    return EXIT.failure
  }
}
