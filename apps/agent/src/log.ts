import pino from 'pino'

export type Log = pino.Logger

/**
 * JSON lines on stderr. Synchronous, so that the last line before a crash or an exit is there too;
 * the agent logs a few lines per capture, not per event.
 */
export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // A token never belongs in a log, whatever object it came along in.
      redact: { paths: ['joinToken', 'agentToken', '*.joinToken', '*.agentToken'], censor: '[secret]' },
    },
    pino.destination({ fd: 2, sync: true }),
  )
}
