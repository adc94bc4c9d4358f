import { type Actor, type DeployVerdict, SondeError, type Verdict } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { compareSelections } from './compare-selections.ts'
import { getDeploy } from './get-deploy.ts'

const ALL = { host: '', rest: false, process: '', window: '' } as const

/**
 * What the captures before and after a deploy say: kept with the pair once it was made, since neither of them changes any more. Throws
 * `not-found`, and `conflict` while one of the two is missing or not at its end.
 */
export async function readDeployVerdict(actor: Actor, app: App, input: { id: string; pairId: string }): Promise<DeployVerdict> {
  authorize(actor, 'deploy.read')
  // Also where it is kept already: it says what is in the captures.
  authorize(actor, 'capture.read')
  const deploy = await getDeploy(actor, app, { id: input.id })
  const pair = deploy.pairs.find((candidate) => candidate.id === input.pairId)
  if (!pair) throw new SondeError('not-found', 'this deploy has no such pair of captures')
  if (pair.verdict) return pair.verdict
  const { before, after } = pair
  if (!before.capture?.endedAt || !after.capture?.endedAt)
    throw new SondeError('conflict', 'there is nothing to compare yet: a capture is missing, or not at its end')
  const [a, b] = [before.capture.id, after.capture.id]
  // Per second and host: of shares, one that got larger makes all others smaller.
  const verdict = shortOf(
    await compareSelections(actor, app, { a: { capture: a, ...ALL }, b: { capture: b, ...ALL }, by: 'wall', requests: null }),
  )
  await app.db.pool.query('UPDATE deploy_pairs SET verdict = $4 WHERE id = $1 AND before_capture_id = $2 AND after_capture_id = $3', [
    pair.id,
    a,
    b,
    JSON.stringify(verdict),
  ])
  return verdict
}

/** Of all that functions changed, this much must point one way: what one takes another gives where a CPU is full. */
const ONE_WAY = 0.2

/**
 * A verdict as it is kept and listed. `direction`: whether the functions whose change chance does not explain take more CPU in all or less.
 * Calls do not decide it: a longer wait may be an idle one.
 */
export function shortOf({
  differs,
  sentences,
  warnings,
  functions,
}: Pick<Verdict, 'differs' | 'sentences' | 'warnings' | 'functions'>): DeployVerdict {
  const changes = functions.flatMap(({ self }) => (self.significant && self.change !== null ? [self.change] : []))
  const sum = changes.reduce((total, change) => total + change, 0)
  const all = changes.reduce((total, change) => total + Math.abs(change), 0)
  const clear = all > 0 && Math.abs(sum) >= ONE_WAY * all
  return {
    differs,
    direction: differs !== true || !clear ? null : sum > 0 ? 'more' : 'less',
    sentences,
    warnings: warnings.map((warning) => warning.text),
  }
}
