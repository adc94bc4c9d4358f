/** What the process ends with, for scripts. */
export const EXIT = { ok: 0, failure: 1, usage: 2, crossed: 3, notSignedIn: 4, unreachable: 5 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends the command with a sentence on stderr and this code. */
export class CliError extends Error {
  readonly exitCode: ExitCode
  constructor(exitCode: ExitCode, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}
