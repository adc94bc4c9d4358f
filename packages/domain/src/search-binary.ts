import type { Actor, BinaryRef, ProbeSearchResult } from '@sonde/contract'
import type { App } from './app.ts'
import { askBinary } from './ask-binary.ts'
import { authorize } from './authorize.ts'
import { type SearchInput, searchIn } from './search-probes.ts'

/**
 * Searches the functions and USDT probes of one binary, as the hosts have it now: their agents are asked first, unless they were a
 * moment ago. Throws `not-found` for an unknown host; a host that cannot answer says so in `hosts`.
 */
export async function searchBinary(actor: Actor, app: App, input: SearchInput & { binary: BinaryRef }): Promise<ProbeSearchResult> {
  authorize(actor, 'host.ask')
  const { hosts, failures } = await askBinary(app, input.hostIds, input.binary)
  return await searchIn(app, hosts, input, input.binary, failures)
}
