/** What went wrong in the engine, as data that crosses the border of a worker. */
export type EngineErrorData = {
  /** A sentence for people. */
  message: string
  /** HTTP status where a server refused; null elsewhere. */
  status: number | null
}

/** The engine could not load or answer. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly status: number | null
  constructor({ message, status }: EngineErrorData) {
    super(message)
    this.status = status
  }
}

export function engineErrorData(cause: unknown): EngineErrorData {
  if (cause instanceof EngineError) return { message: cause.message, status: cause.status }
  return { message: cause instanceof Error ? cause.message : String(cause), status: null }
}
