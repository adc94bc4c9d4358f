import { homedir, hostname } from 'node:os'
import path from 'node:path'

export type CliEnv = {
  /** SONDE_URL: which server, instead of the one signed in to last. */
  url: string | null
  /** SONDE_TOKEN: as whom, instead of the token that `sonde login` stored. */
  token: string | null
  configFile: string
  noColor: boolean
  hostName: string
}

/** Settings of this process; empty variables are as none. */
export function readEnv(env: NodeJS.ProcessEnv = process.env): CliEnv {
  const configHome = env.XDG_CONFIG_HOME || path.join(env.HOME || homedir(), '.config')
  return {
    url: env.SONDE_URL || null,
    token: env.SONDE_TOKEN || null,
    configFile: path.join(configHome, 'sonde', 'config.json'),
    noColor: Boolean(env.NO_COLOR) || env.TERM === 'dumb',
    hostName: hostname(),
  }
}
