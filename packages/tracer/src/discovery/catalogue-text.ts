import { createHash } from 'node:crypto'
import { type CatalogueEntry, type CatalogueHeader, encodeCatalogue } from '@sonde/contract'

export type CatalogueText = { key: string; header: Omit<CatalogueHeader, 'sonde' | 'version'>; text: string }

/** A catalogue with its key: SHA-256 of its text. The same content has the same key on every host. */
export function catalogueText(
  header: Omit<CatalogueHeader, 'sonde' | 'version' | 'counts'>,
  entries: readonly CatalogueEntry[],
): CatalogueText {
  const counts: CatalogueHeader['counts'] = {}
  for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1
  const text = encodeCatalogue(header, entries)
  return { key: createHash('sha256').update(text).digest('hex'), header: { ...header, counts }, text }
}
