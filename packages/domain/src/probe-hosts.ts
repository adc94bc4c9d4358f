import { type BinaryCatalogue, type BinaryRef, binaryCatalogueSchema, type Capability, capabilitySchema, SondeError } from '@sonde/contract'
import { z } from 'zod'
import type { App } from './app.ts'
import { HOST_ONLINE_SQL } from './host-view.ts'

/** A host as the probe finder sees it. */
export type ProbeHost = {
  id: string
  name: string
  online: boolean
  capabilities: Capability[]
  /** How far its agent is with listing its kernel's probes; null: it does not say. */
  state: 'building' | 'ready' | 'failed' | null
  message: string | null
  /** Catalogues of its kernel, modules and counters. `here`: the content was uploaded. */
  catalogues: HostCatalogue[]
}
export type HostCatalogue = { kind: 'kernel' | 'modules' | 'pmu' | 'binary'; key: string; here: boolean; binary: BinaryCatalogue | null }

const capabilitiesSchema = z.array(capabilitySchema).catch([])
const cataloguesSchema = z.array(
  z.object({
    kind: z.enum(['kernel', 'modules', 'pmu', 'binary']),
    key: z.string(),
    here: z.boolean(),
    binary: binaryCatalogueSchema.nullable(),
  }),
)

/** The hosts asked for, each once and in that order, with their catalogues of the kernel, or of a binary. Throws `not-found`. */
export async function readProbeHosts(app: App, hostIds: readonly string[], ref: BinaryRef | null): Promise<ProbeHost[]> {
  const ids = [...new Set(hostIds)]
  const { rows } = await app.db.pool.query<{
    id: string
    name: string
    online: boolean
    capabilities: unknown
    state: ProbeHost['state']
    message: string | null
    catalogues: unknown
  }>(
    `SELECT id, name, ${HOST_ONLINE_SQL} AS online, facts->'capabilities' AS capabilities, catalogue_state AS state,
       catalogue_message AS message,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', h.kind, 'key', h.catalogue_key, 'binary', h.facts,
            'here', EXISTS (SELECT FROM catalogues c WHERE c.key = h.catalogue_key)) ORDER BY h.kind, h.catalogue_key), '[]')
          FROM host_catalogues h WHERE h.host_id = hosts.id AND h.ref = $2) AS catalogues
     FROM hosts WHERE id = ANY ($1) AND removed_at IS NULL`,
    [ids, ref === null ? '' : binaryRefText(ref)],
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => {
    const row = byId.get(id)
    if (row === undefined) throw new SondeError('not-found', `no such host: ${id}`)
    return { ...row, capabilities: capabilitiesSchema.parse(row.capabilities), catalogues: cataloguesSchema.parse(row.catalogues) }
  })
}

/** A reference as one text, the same for the same reference. */
export function binaryRefText(ref: BinaryRef): string {
  switch (ref.of) {
    case 'path':
      return JSON.stringify([ref.of, ref.path])
    case 'pid':
      return JSON.stringify([ref.of, ref.pid, ref.library ?? null])
    case 'process':
      return JSON.stringify([ref.of, ref.name, ref.library ?? null])
    case 'library':
      return JSON.stringify([ref.of, ref.name])
  }
}
