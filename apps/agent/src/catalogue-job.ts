import { binaryCatalogueSchema, binaryRefSchema, catalogueKeySchema, catalogueKindSchema } from '@sonde/contract'
import { z } from 'zod'

/** First argument of the process that builds catalogues; the second one is the job, as JSON. */
export const BUILD_CATALOGUE = 'build-catalogue'

const patternsSchema = z.object({ allow: z.array(z.string()), deny: z.array(z.string()) })

/** Which catalogues to build. They are left in `folder` as `<key>.gz`. */
export const catalogueJobSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('kernel'), folder: z.string() }),
  /** `allowed`: files that the host's policy lets probes lie in. */
  z.object({ what: z.literal('binary'), folder: z.string(), ref: binaryRefSchema, allowed: patternsSchema }),
])
export type CatalogueJob = z.infer<typeof catalogueJobSchema>

export const builtKeysSchema = z.array(z.object({ kind: catalogueKindSchema, key: catalogueKeySchema })).max(4)
export type BuiltKeys = z.infer<typeof builtKeysSchema>

/** What the process prints: one line of JSON. `refused`: a sentence for whoever asked. */
export const catalogueResultSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('kernel'), keys: builtKeysSchema }),
  z.object({ what: z.literal('binary'), binaries: z.array(binaryCatalogueSchema).min(1).max(16) }),
  z.object({ what: z.literal('refused'), message: z.string() }),
])
export type CatalogueResult = z.infer<typeof catalogueResultSchema>

/** Builds in another process. Never throws: a process that dies is a refusal, too. */
export type CatalogueBuilder = (job: CatalogueJob) => Promise<CatalogueResult>
