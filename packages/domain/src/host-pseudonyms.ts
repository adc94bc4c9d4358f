/**
 * "host 1", "host 2", … in place of names, by host id: an id says nothing, and the same host is called the same in every answer. As many
 * digits each as the largest number has, so that they sort as they count.
 */
export function hostPseudonyms(hostIds: Iterable<string>): Map<string, string> {
  const ids = [...new Set(hostIds)].sort()
  const digits = String(ids.length).length
  return new Map(ids.map((id, i) => [id, `host ${String(i + 1).padStart(digits, '0')}`]))
}

/** In place of the name of a host that is none of the capture's. */
export const OTHER_HOST = 'another host'
