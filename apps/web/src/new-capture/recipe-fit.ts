import { type HostView, RECIPES, type RecipeId } from '@sonde/contract'
import { missingCapability } from '../hosts/host-words.ts'

export type RecipeFit = {
  /** How many of the hosts can run the recipe. */
  able: number
  total: number
  /** Why not, for the hosts that cannot: distinct reasons, with the names of the hosts they hold for. */
  obstacles: Array<{ reason: string; remedy: string | null; hostNames: string[] }>
}

/** Which of the hosts can run a recipe, by the capabilities that their agents tested. */
export function recipeFit(recipe: RecipeId, hosts: readonly HostView[]): RecipeFit {
  const obstacles = new Map<string, RecipeFit['obstacles'][number]>()
  let able = 0
  for (const host of hosts) {
    const missing = RECIPES[recipe].requires.map((id) => missingCapability(host, id)).filter((m) => m !== null)
    if (missing.length === 0) able++
    for (const { reason, remedy } of missing) {
      const known = obstacles.get(reason)
      if (known) known.hostNames.push(host.name)
      else obstacles.set(reason, { reason, remedy, hostNames: [host.name] })
    }
  }
  return { able, total: hosts.length, obstacles: [...obstacles.values()] }
}
