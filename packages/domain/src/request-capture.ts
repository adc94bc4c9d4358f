import {
  type Actor,
  type CaptureReason,
  type CaptureSpec,
  captureSpecSchema,
  EVERY_HOST,
  expandRecipe,
  findRecipe,
  type HostView,
  type RequestCaptureInput,
  type RequestedCapture,
  SondeError,
} from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { listHosts } from './list-hosts.ts'
import { startCapture } from './start-capture.ts'

const MOST_HOSTS = 500

/**
 * Starts a capture that a program asks for: finds its hosts and fills in its recipe. Throws `not-found` for a recipe or a host that does
 * not exist, `invalid` for values that the recipe does not take, `unprocessable` where no host that matches is online.
 */
export async function requestCapture(
  actor: Actor,
  app: App,
  input: RequestCaptureInput,
  reason: CaptureReason | null,
): Promise<RequestedCapture> {
  authorize(actor, 'capture.start')
  const spec = input.spec ?? specOf(input)
  const { hosts, offline } = await findHosts(actor, app, input)
  const hostIds = hosts.map((host) => host.id)
  const { id } = await startCapture(actor, app, { hostIds, spec, ...(input.title && { title: input.title }) }, reason)
  return { id, url: `${app.urls.web}/captures/${id}`, hosts: hosts.map(nameOf), offline: offline.map(nameOf) }
}

const nameOf = ({ id, name }: HostView) => ({ id, name })

function specOf({ recipe: recipeId, values, durationMs, filter, uid, cpus }: RequestCaptureInput): CaptureSpec {
  const recipe = findRecipe(recipeId ?? null)
  if (!recipe) throw new SondeError('not-found', `there is no recipe ${recipeId}`)
  const strange = Object.keys(values ?? {}).filter((name) => !recipe.params.some((param) => param.name === name))
  if (strange.length > 0) throw new SondeError('invalid', `the recipe ${recipe.id} takes no ${strange.join(', ')}`)
  const expanded = expandRecipe(recipe, values)
  if (!expanded.ok) throw new SondeError('invalid', expanded.param === null ? expanded.message : `${expanded.param}: ${expanded.message}`)
  const { instruments } = expanded
  const more = { ...(filter && { filter }), ...(uid !== undefined && { uid }), ...(cpus && { cpus }) }
  return captureSpecSchema.parse({ version: 2, recipe: recipe.id, instruments, durationMs: durationMs ?? recipe.durationMs, ...more })
}

/** Those asked for by id, online or not: they were meant. Of those that match a selector, the ones that answer. */
async function findHosts(
  actor: Actor,
  app: App,
  { hostIds, selector }: RequestCaptureInput,
): Promise<{ hosts: HostView[]; offline: HostView[] }> {
  if (hostIds) {
    const all = new Map((await listHosts(actor, app, {})).map((host) => [host.id, host]))
    const unknown = hostIds.filter((id) => !all.has(id))
    if (unknown.length > 0) throw new SondeError('not-found', `no such host: ${unknown.slice(0, 5).join(', ')}`)
    return { hosts: [...new Set(hostIds)].flatMap((id) => all.get(id) ?? []), offline: [] }
  }
  const matching = await listHosts(actor, app, { search: selector === EVERY_HOST ? '' : selector })
  const hosts = matching.filter((host) => host.online)
  if (matching.length === 0) throw new SondeError('unprocessable', `no host matches ${selector}`)
  if (hosts.length === 0) throw new SondeError('unprocessable', `${matching.length} host(s) match ${selector}, none of them online`)
  if (hosts.length > MOST_HOSTS)
    throw new SondeError('too-large', `${hosts.length} hosts match ${selector}: a capture is of at most ${MOST_HOSTS}`)
  return { hosts, offline: matching.filter((host) => !host.online) }
}
