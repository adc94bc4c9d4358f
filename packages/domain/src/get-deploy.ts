import { type Actor, type DeploySummary, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize, isAllowed } from './authorize.ts'
import { readDeploys } from './read-deploys.ts'

/** One deploy with its hosts and captures, as it is now. Throws `not-found`. */
export async function getDeploy(actor: Actor, app: App, input: { id: string }): Promise<DeploySummary> {
  authorize(actor, 'deploy.read')
  const [deploy] = await readDeploys(app.db.pool, [input.id])
  if (!deploy) throw new SondeError('not-found', 'there is no such deploy; it may have been deleted')
  return seenDeploy(actor, deploy)
}

/** A verdict says what is in captures: it is left out for a token that may not read those. */
export function seenDeploy(actor: Actor, deploy: DeploySummary): DeploySummary {
  if (isAllowed(actor, 'capture.read')) return deploy
  return { ...deploy, pairs: deploy.pairs.map((pair) => ({ ...pair, verdict: null })) }
}
