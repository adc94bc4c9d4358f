import { ruleTriggerSchema } from '@sonde/contract'
import type { Queryable } from '@sonde/db'

/** A rule that waits for deploys of this service. */
export type DeployRule = { id: string; name: string; delayS: number }

/** The rules that are on and wait for deploys of this service, by name. What they do then is fire-rule.ts's. */
export async function rulesForDeploy(db: Queryable, service: string): Promise<DeployRule[]> {
  const { rows } = await db.query<{ id: string; name: string; trigger: unknown }>(
    `SELECT id, name, trigger FROM rules WHERE enabled AND trigger->>'kind' = 'deploy' ORDER BY name, id`,
  )
  return rows.flatMap(({ id, name, trigger: stored }) => {
    const trigger = ruleTriggerSchema.parse(stored)
    return trigger.kind === 'deploy' && matchesService(trigger.service, service) ? [{ id, name, delayS: trigger.delayS }] : []
  })
}

/** Whether a pattern, where `*` stands for any text, is this name from end to end. Case matters. Takes time linear in both. */
export function matchesService(pattern: string, service: string): boolean {
  const [head = '', ...rest] = pattern.split('*')
  const tail = rest.pop()
  if (tail === undefined) return pattern === service
  if (!service.startsWith(head)) return false
  let at = head.length
  for (const part of rest) {
    const found = service.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return service.length - tail.length >= at && service.endsWith(tail)
}
