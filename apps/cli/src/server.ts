import { readConfig } from './config-file.ts'
import type { CliEnv } from './env.ts'
import { CliError, EXIT } from './exit-codes.ts'

export type Server = { url: string; token: string | null }

/** An address as it is kept: without a slash at the end. Throws `usage` for what is no http(s) address. */
export function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
    throw new CliError(EXIT.usage, `${JSON.stringify(text.slice(0, 200))} is not the address of a server: give https://HOST`)
  return url.href.replace(/\/+$/, '')
}

/**
 * Which server, and with which token: `--url`, else SONDE_URL, else the one signed in to last; SONDE_TOKEN, else what is stored for that very
 * server. Throws where nothing says which server.
 */
export function findServer(env: CliEnv, option: string | undefined): Server {
  const said = option ?? env.url
  // With both in the environment, as in a pipeline, no file is looked at.
  if (said !== null && env.token !== null) return { url: serverUrl(said), token: env.token }
  const config = readConfig(env.configFile)
  const url = said === null ? config.current : serverUrl(said)
  if (url === null) throw new CliError(EXIT.notSignedIn, 'no server is known yet: run sonde login https://YOUR-SERVER, or set SONDE_URL')
  return { url, token: env.token ?? config.servers[url]?.token ?? null }
}
