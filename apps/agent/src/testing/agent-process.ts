import { runAgent } from '../agent.ts'
import { createLog } from '../log.ts'
import { pause } from '../pause.ts'
import { makeProfile, makeSnapshot, scriptedTracing } from './scripted-tracing.ts'

// The whole agent but for the tracer, which follows a script: see agent-child.ts.
type Options = { gatewayUrl: string; stateDir: string; holdAt?: string }
const { gatewayUrl, stateDir, holdAt }: Options = JSON.parse(process.argv[2] ?? '{}')

const log = createLog('info')
const stopping = new AbortController()
process.on('SIGTERM', () => stopping.abort())

async function step(name: string): Promise<void> {
  log.info(`at ${name}`)
  if (name === holdAt) await pause(600_000)
}

const tracing = scriptedTracing({
  plan: () => step('plan'),
  // The usual script when nothing is to be held.
  ...(holdAt === undefined || holdAt === 'plan'
    ? {}
    : {
        record: async (hooks) => {
          await step('before-attach')
          await hooks.onAttached([])
          await step('attached')
          await hooks.onResult({ kind: 'profile', profile: makeProfile(10) })
          await hooks.onResult({ kind: 'syscalls', snapshot: makeSnapshot(3) })
          await hooks.onResult({ kind: 'profile', profile: makeProfile(5) })
          await step('chunks')
          throw new Error('not reached')
        },
      }),
})

try {
  await runAgent({
    env: {
      gatewayUrl,
      joinToken: 'sjt_valid-join-token',
      stateDir,
      labels: {},
      hostName: null,
      logLevel: 'info',
      bpfHelper: null,
      policyFile: null,
    },
    tracing,
    log,
    signal: stopping.signal,
  })
  process.exit(0)
} catch (error) {
  log.fatal(error instanceof Error ? error.message : String(error))
  process.exit(78)
}
