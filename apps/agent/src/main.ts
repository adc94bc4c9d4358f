import { BuildWatch } from '@sonde/tracer'
import { runAgent } from './agent.ts'
import { findBpfHelper } from './bpf-helper.ts'
import { buildCatalogueProcess } from './build-catalogue.ts'
import { createCatalogueBuilder } from './catalogue-child.ts'
import { BUILD_CATALOGUE } from './catalogue-job.ts'
import { ConfigError } from './config-error.ts'
import { readEnv } from './env.ts'
import { createLog } from './log.ts'
import { removeLeftoverProbes } from './remove-leftover-probes.ts'
import { createTracing } from './tracing.ts'
import { AGENT_VERSION } from './version.ts'

/** sysexits.h: something is wrong with the configuration, starting again does not help (RestartPreventExitStatus=78). */
const EX_CONFIG = 78
/** A stop takes less than 5 s, whatever hangs. */
const STOP_WITHIN_MS = 4_900

async function main(): Promise<number> {
  let log = createLog('info')
  try {
    const env = readEnv()
    log = createLog(env.logLevel)
    const stopping = new AbortController()
    const stop = (name: string) => {
      // The second Ctrl-C means it; tracers die with the process (pdeathsig).
      if (stopping.signal.aborted) process.exit(130)
      log.info({ signal: name }, 'stopping')
      stopping.abort()
      setTimeout(() => {
        log.error('stopping took too long; leaving now, the next start reports what is open')
        process.exit(1)
      }, STOP_WITHIN_MS).unref()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
    const bpfHelper = findBpfHelper(env.bpfHelper)
    await removeLeftoverProbes(bpfHelper, log)
    const tracing = createTracing({
      agentVersion: AGENT_VERSION,
      hostName: env.hostName,
      bpfHelper,
      policyFile: env.policyFile,
      log,
    })
    await runAgent({ env, tracing, buildCatalogues: createCatalogueBuilder(), watchBuilds: new BuildWatch(), log, signal: stopping.signal })
    return 0
  } catch (error) {
    if (error instanceof ConfigError) {
      log.fatal(error.message)
      return EX_CONFIG
    }
    log.fatal({ err: error }, 'the agent cannot go on')
    return 1
  }
}

if (process.argv[2] === BUILD_CATALOGUE) await buildCatalogueProcess(process.argv[3] ?? '')
else process.exit(await main())
